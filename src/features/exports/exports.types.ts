/** A project that somebody is in, and the profile they have there. */
export interface GivenProject {
  readonly projectId: number;
  readonly profileId: number;
}
