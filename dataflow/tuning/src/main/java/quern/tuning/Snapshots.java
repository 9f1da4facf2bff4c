package quern.tuning;

/** What a run goes on from after a break. Whoever calls one of these holds a lock. */
interface Snapshots {

    /** Remembers the state, which rests. Waits for no disk. */
    void take(TrainingState state);

    /**
     * Writes what was taken last, in place of what was written before.
     *
     * @throws quern.config.QuernException RETRYABLE if it cannot be written now
     */
    void save();

    /** Makes the state what was taken last, or what it was opened with. */
    void restore(TrainingState state);

    /** A copy in memory of all of it, and a file. */
    record Copy(TrainingState copy, Checkpoint file) implements Snapshots {

        static Copy of(TrainingState state, Checkpoint file) {
            Copy made = new Copy(state.twin(), file);
            made.take(state);
            return made;
        }

        @Override
        public void take(TrainingState state) {
            copy.take(state);
        }

        @Override
        public void save() {
            file.save(copy);
        }

        @Override
        public void restore(TrainingState state) {
            state.take(copy);
        }
    }
}
