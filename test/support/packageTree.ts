/**
 * Loaded by `.mocharc.yaml`. For each inline function Pulumi reads the tree of installed packages anew,
 * half a second of processor time, to put dependencies beside the code, of which there are none. The
 * tree does not change while tests run: one reading per process and folder serves them all.
 */
interface PackageTree {
  prototype: { path: string; loadActual: (options?: object) => Promise<unknown> };
}

const asPulumiFindsIt = { paths: [require.resolve("@pulumi/pulumi")] };
const { Arborist } = require(require.resolve("@npmcli/arborist", asPulumiFindsIt)) as {
  Arborist: PackageTree;
};

const { loadActual } = Arborist.prototype;
const trees = new Map<string, Promise<unknown>>();

Arborist.prototype.loadActual = function (options = {}) {
  if (Object.keys(options).length > 0) return loadActual.call(this, options);
  const tree = trees.get(this.path) ?? loadActual.call(this);
  trees.set(this.path, tree);
  return tree;
};
