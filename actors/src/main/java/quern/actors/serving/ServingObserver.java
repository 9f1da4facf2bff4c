package quern.actors.serving;

import java.time.Duration;
import quern.inference.engine.EngineObserver;
import quern.inference.engine.FinishReason;
import quern.inference.engine.Usage;
import quern.kv.BlockObserver;

/** Hears what requests do, for metrics. Called from many threads; must not block. */
public interface ServingObserver {

    void rejected(SubmitReply.Rejected reason);

    /** @param sinceSubmit from arrival to the first token */
    void firstToken(Duration sinceSubmit);

    void answered(FinishReason reason);

    void completed(Usage usage, Duration sinceSubmit);

    void broken();

    /** Hears what the engine stamps. */
    default EngineObserver engine() {
        return EngineObserver.NONE;
    }

    /** Hears how long blocks stay in memory. */
    default BlockObserver blocks() {
        return BlockObserver.NONE;
    }

    /** Hears nothing. */
    ServingObserver NONE = new ServingObserver() {
        @Override
        public void rejected(SubmitReply.Rejected reason) {}

        @Override
        public void firstToken(Duration sinceSubmit) {}

        @Override
        public void answered(FinishReason reason) {}

        @Override
        public void completed(Usage usage, Duration sinceSubmit) {}

        @Override
        public void broken() {}
    };
}
