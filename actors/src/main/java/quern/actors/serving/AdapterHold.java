package quern.actors.serving;

import java.util.function.Supplier;
import quern.config.QuernException;
import quern.config.QuernException.Category;
import quern.inference.AdapterRegistry;

/** Takes a request's hold on its adapter, and says as a refusal why it cannot be had. */
final class AdapterHold {

    private AdapterHold() {}

    static AdapterRegistry.Hold of(Supplier<AdapterRegistry.Hold> wanted) throws SequencePlan.Refusal {
        try {
            return wanted.get();
        } catch (QuernException failed) {
            throw new SequencePlan.Refusal(failed.category() == Category.RETRYABLE
                    ? new SubmitReply.Overloaded(failed.getMessage())
                    : new SubmitReply.Broken(failed.getMessage()));
        }
    }
}
