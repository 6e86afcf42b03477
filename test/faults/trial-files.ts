/** What one file of tests tried. */
export interface TrialCount {
  /** The file, from the root of the repository. */
  readonly file: string;
  readonly trials: number;
}

/** One trial without an anomaly, in a long run that may be continued. */
export interface LoggedTrial extends TrialCount {
  readonly title: string;
}

/** The variable with the path of the file to which `countTrials` appends. `npm run faults` sets it. */
export const trialsFile = 'FAULTS_TRIALS';

/** The variable with the path of the file of {@link LoggedTrial}s. `npm run faults -- --results` sets it. */
export const logFile = 'FAULTS_LOG';
