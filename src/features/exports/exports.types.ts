/**
 * What somebody is in, as JSON: `{"3":1}` for the projects, each with the id of the profile they have there, and `[2]` for
 * the groups. People who are in the same have the same texts, so what was made of one serves for all of them.
 */
export interface GivenTexts {
  readonly projects: string;
  readonly groups: string;
}
