package quern.actors.serving;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import quern.actors.Caller;
import quern.actors.engine.EngineActor;
import quern.config.EngineConfig.Pooling;
import quern.config.QuernException;
import quern.inference.engine.EncodeRequest;
import quern.inference.engine.EngineEvent;
import quern.inference.engine.FinishReason;
import quern.inference.engine.RequestRefused;
import quern.inference.engine.Usage;
import quern.inference.sampling.SamplingParameters;

class EmbeddingTest {

    private static final GenerationListener UNHEARD = new GenerationListener() {
        @Override
        public void tell(List<GenerationEvent> events) {
            throw new AssertionError("told " + events);
        }

        @Override
        public CompletionStage<?> gone() {
            return new CompletableFuture<>();
        }
    };

    private static final Duration SOON = Duration.ofSeconds(5);

    private static ActorTestKit kit;

    private TestProbe<EngineActor.Command> engine;
    private TestProbe<EmbeddingEvent> events;
    private TestProbe<EmbedReply> replies;
    private ActorRef<GenerationRouter.Command> router;

    @BeforeAll
    static void startKit() {
        kit = ActorTestKit.create(ConfigFactory.parseResources("quern/actors/dispatchers.conf")
                .withFallback(ConfigFactory.load()));
    }

    @AfterAll
    static void stopKit() {
        kit.shutdownTestKit();
    }

    /** An encoder of ten tokens a text and a decoder, two texts in flight; the router takes one request. */
    @BeforeEach
    void start() {
        engine = kit.createTestProbe();
        events = kit.createTestProbe();
        replies = kit.createTestProbe();
        router = kit.spawn(GenerationRouter.create(ServingObserver.NONE));
        PromptEncoder letters = prompt -> ((Prompt.Text) prompt).text().chars().toArray();
        var embedders = new Embedders(
                Optional.of(new Embedder(4, 10, 128, 2, Optional.of(Pooling.LAST), letters)),
                Optional.of(new Embedder(4, 10, 128, 2, Optional.empty(), letters)));
        router.tell(new GenerationRouter.Open(new GenerationRouter.Serving(
                engine.getRef(), null, letters, new Two(), 10, 1, embedders)));
    }

    private void embed(String model, OptionalInt dimensions, String... texts) {
        List<Prompt> inputs = new ArrayList<>();
        for (String text : texts) {
            inputs.add(new Prompt.Text(text));
        }
        router.tell(new GenerationRouter.Embed(
                new EmbeddingRequest(model, inputs, dimensions, Caller.LOCAL), events.getRef(), replies.getRef()));
    }

    private EngineActor.Encode expectEncode() {
        return engine.expectMessageClass(EngineActor.Encode.class);
    }

    private static void done(EngineActor.Encode encode, EncodeRequest text, float... vector) {
        encode.events().tell(new EngineEvent.Embedded(text.id(), vector, new Usage(text.tokens().length, 0, 0)));
    }

    @Test
    void shouldTellVectorsInOrderWhenTheyComeInAnother() {
        embed("encoder", OptionalInt.empty(), "abc", "de", "f");
        EngineActor.Encode first = expectEncode();
        assertEquals(2, first.texts().size());
        first.replyTo().tell(new EngineActor.Enqueued());
        assertEquals(new EmbedReply.Accepted("encoder"), replies.receiveMessage());
        done(first, first.texts().get(1), 2);
        EngineActor.Encode second = expectEncode();
        assertEquals(1, second.texts().size());
        second.replyTo().tell(new EngineActor.Enqueued());
        done(second, second.texts().getFirst(), 3);
        done(first, first.texts().getFirst(), 1);
        var completed = events.expectMessageClass(EmbeddingEvent.Completed.class);
        assertEquals(6, completed.promptTokens());
        for (int i = 0; i < 3; i++) {
            assertArrayEquals(new float[] {i + 1}, completed.vectors().get(i));
        }
    }

    @Test
    void shouldAskTheDecoderToPoolWhenTheModelIsOne() {
        embed("base", OptionalInt.of(2), "abc");
        EngineActor.Enqueue enqueue = engine.expectMessageClass(EngineActor.Enqueue.class);
        assertEquals(Optional.of(Pooling.LAST), enqueue.sequences().getFirst().pooling());
        enqueue.replyTo().tell(new EngineActor.Enqueued());
        enqueue.events().tell(new EngineEvent.Embedded(
                enqueue.sequences().getFirst().id(), new float[] {0.3f, 0.4f, 0.5f, 0.7f}, new Usage(3, 0, 0)));
        float[] kept = events.expectMessageClass(EmbeddingEvent.Completed.class).vectors().getFirst();
        assertArrayEquals(new float[] {0.6f, 0.8f}, kept, 1e-6f);
    }

    @Test
    void shouldTryAgainWhenTheQueueIsFullForTheRest() {
        embed("encoder", OptionalInt.empty(), "abc", "de", "f");
        EngineActor.Encode first = expectEncode();
        first.replyTo().tell(new EngineActor.Enqueued());
        done(first, first.texts().getFirst(), 1);
        var full = new EngineActor.NotEnqueued(new RequestRefused(
                RequestRefused.Reason.QUEUE_FULL, "full"));
        expectEncode().replyTo().tell(full);
        EngineActor.Encode again = expectEncode();
        again.replyTo().tell(new EngineActor.Enqueued());
        done(again, again.texts().getFirst(), 3);
        done(first, first.texts().get(1), 2);
        assertEquals(3, events.expectMessageClass(EmbeddingEvent.Completed.class).vectors().size());
    }

    @Test
    void shouldRefuseWithTheReasonBeforeAnythingRuns() {
        embed("other", OptionalInt.empty(), "a");
        assertEquals(new EmbedReply.Refused(new SubmitReply.UnknownModel("other")), replies.receiveMessage());
        embed("encoder", OptionalInt.empty(), "a", "abcdefghijk");
        assertEquals(new EmbedReply.Refused(new SubmitReply.PromptTooLong(11, 10)), replies.receiveMessage());
        engine.awaitAssert(SOON, () -> {
            embed("encoder", OptionalInt.of(5), "a");
            assertEquals(new EmbedReply.Refused(new SubmitReply.Invalid("dimensions",
                    "'dimensions' is 5, the embeddings of encoder have 4")), replies.receiveMessage());
            return null;
        });
        engine.awaitAssert(SOON, () -> {
            embed("encoder", OptionalInt.empty(), "a\u00ff");
            assertEquals(new EmbedReply.Refused(new SubmitReply.Invalid("input",
                    "input 0: token 255 is not in the vocabulary of 128")), replies.receiveMessage());
            return null;
        });
        engine.expectNoMessage(Duration.ofMillis(20));
    }

    @Test
    void shouldRefuseToGenerateWhenTheModelIsAnEncoder() {
        TestProbe<SubmitReply> submits = kit.createTestProbe();
        router.tell(new GenerationRouter.Submit(new GenerationRequest("encoder", List.of(new Prompt.Text("a")),
                SamplingParameters.greedy(1), 1, Caller.LOCAL), UNHEARD, submits.getRef()));
        var invalid = assertInstanceOf(SubmitReply.Invalid.class, submits.receiveMessage());
        assertEquals("model", invalid.field());
        assertTrue(invalid.message().contains("'encoder' is an encoder"), invalid.message());
    }

    @Test
    void shouldCountUntilTheEngineLetGoWhenTheListenerIsGone() {
        embed("encoder", OptionalInt.empty(), "abc", "de", "f");
        EngineActor.Encode first = expectEncode();
        first.replyTo().tell(new EngineActor.Enqueued());
        replies.expectMessageClass(EmbedReply.Accepted.class);
        events.stop();
        List<Long> cancelled = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            cancelled.add(engine.expectMessageClass(EngineActor.Cancel.class).sequenceId());
        }
        assertTrue(first.texts().stream().allMatch(text -> cancelled.contains(text.id())));
        events = kit.createTestProbe();
        embed("encoder", OptionalInt.empty(), "a");
        assertInstanceOf(SubmitReply.Overloaded.class,
                replies.expectMessageClass(EmbedReply.Refused.class).reason());
        first.texts().forEach(text -> first.events().tell(new EngineEvent.Finished(
                text.id(), FinishReason.CANCELLED, "", Optional.empty(), new Usage(0, 0, 0))));
        engine.awaitAssert(SOON, () -> {
            embed("encoder", OptionalInt.empty(), "a");
            return engine.expectMessageClass(EngineActor.Encode.class, Duration.ofMillis(50));
        });
    }

    @Test
    void shouldBreakOnceAndCancelTheRestWhenOneFails() {
        embed("encoder", OptionalInt.empty(), "abc", "de", "f");
        EngineActor.Encode first = expectEncode();
        first.replyTo().tell(new EngineActor.Enqueued());
        var cause = new QuernException(QuernException.Category.ERROR, "hidden states of the text are not finite");
        first.events().tell(new EngineEvent.Failed(first.texts().getFirst().id(), cause));
        assertEquals(new EmbeddingEvent.Broken(cause), events.receiveMessage());
        engine.expectMessage(new EngineActor.Cancel(first.texts().get(1).id()));
        first.events().tell(new EngineEvent.Failed(first.texts().get(1).id(), cause));
        events.expectNoMessage(Duration.ofMillis(50));
    }

    private static final class Two implements ModelDirectory {

        private final List<ServedModel> models = List.of(
                new ServedModel("base", Optional.empty(), "f", "quern", 0),
                new ServedModel("encoder", Optional.empty(), "e", "quern", 0, true));

        @Override
        public Optional<ServedModel> find(String name, Caller caller) {
            return models.stream().filter(model -> model.id().equals(name)).findFirst();
        }

        @Override
        public List<ServedModel> list(Caller caller) {
            return models;
        }
    }
}
