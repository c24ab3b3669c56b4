import type { FailoverRecord } from "../../failover/model";
import { formOf, oneTickLater } from "../recordForm";

/** Gives each form of a record a number, so that states are compared by numbers. */
export class Records {
  private readonly numbers = new Map<string, number>();
  private readonly forms: FailoverRecord[] = [];
  private readonly later: (number | undefined)[] = [];

  numberOf(record: FailoverRecord): number {
    const form = formOf(record);
    const text = JSON.stringify(form);
    const known = this.numbers.get(text);
    if (known !== undefined) return known;
    const number = this.forms.length;
    this.numbers.set(text, number);
    this.forms.push(form);
    return number;
  }

  /** @throws RangeError for a number that was not given */
  get(number: number): FailoverRecord {
    const form = this.forms[number];
    if (form === undefined) throw new RangeError(`There is no record ${number}.`);
    return form;
  }

  /** The number of the record one tick later. */
  oneTickLater(number: number): number {
    return (this.later[number] ??= this.numberOf(oneTickLater(this.get(number))));
  }

  get size(): number {
    return this.forms.length;
  }
}
