/** Why the workspace does not let a person do something; the sentence is for them. */
export class Refused extends Error {
  constructor(
    message: string,
    /** HTTP status with which the page hears of it. */
    readonly status: number = 400,
  ) {
    super(message);
    this.name = 'Refused';
  }
}
