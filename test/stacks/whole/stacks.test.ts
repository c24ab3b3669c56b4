/**
 * All tests that run whole stacks under the mocks, one after another in one process: the first stack
 * pays for loading the program and for reading its functions, which costs more than the others' runs.
 */
import "./rules";
import "./roleChange";
import "./effects";
import "./refusedStack";
import "../../reference/activeActive";
import "../../reference/pilotLight";
