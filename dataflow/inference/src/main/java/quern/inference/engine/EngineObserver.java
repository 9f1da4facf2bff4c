package quern.inference.engine;

/** Hears what the engine did, for metrics. Called by the engine's thread between or within steps; must not block. */
public interface EngineObserver {

    /** Hears nothing. */
    EngineObserver NONE = new EngineObserver() {
        @Override
        public void stepped(int tokens) {}

        @Override
        public void produced(long sinceLastNanos) {}

        @Override
        public void ended(SequenceTimes times) {}
    };

    /** @param tokens rows of a step that ran the model: prompts, answers and guesses together */
    void stepped(int tokens);

    /** A token that is not the first of its answer. @param sinceLastNanos 0 for tokens of one step */
    void produced(long sinceLastNanos);

    /** A sequence ended, in whatever way. */
    void ended(SequenceTimes times);
}
