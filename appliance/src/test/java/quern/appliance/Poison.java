package quern.appliance;

import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.testkit.typed.javadsl.TestInbox;
import quern.actors.House;
import quern.actors.engine.EngineActor;
import quern.inference.engine.SequenceRequest;
import quern.inference.sampling.SamplingParameters;
import quern.inference.sampling.TokenMask;

/** A sequence whose first token cannot be drawn: the engine throws an error and breaks. */
final class Poison implements TokenMask {

    private Poison() {}

    /** @param id below zero, so that no request has it */
    static void take(House.Running running, long id) {
        SequenceRequest plain = SequenceRequest.of(id, new int[] {1, 2, 3}, SamplingParameters.greedy(5));
        SequenceRequest request = new SequenceRequest(id, plain.prompt(), plain.sampling(), "", Optional.empty(), true,
                0, Optional.of(new Poison()));
        running.engine().tell(new EngineActor.Enqueue(List.of(request),
                events -> { }, TestInbox.<EngineActor.EnqueueReply>create().getRef()));
    }

    @Override
    public BitSet allowed() {
        throw new StackOverflowError("as asked");
    }

    @Override
    public void accept(int token) {
        throw new StackOverflowError("as asked");
    }
}
