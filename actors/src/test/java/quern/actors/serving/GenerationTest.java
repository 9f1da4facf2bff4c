package quern.actors.serving;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.Done;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import quern.actors.Caller;
import quern.actors.engine.EngineActor;
import quern.config.QuernException;
import quern.inference.engine.EngineEvent;
import quern.inference.engine.FinishReason;
import quern.inference.engine.Usage;
import quern.inference.sampling.SamplingParameters;
import quern.inference.tokenizer.PromptText;
import quern.inference.tokenizer.Tokenizer;

class GenerationTest {

    private static final ServedModel BASE = new ServedModel("base", Optional.empty(), "f", "quern", 0);
    private static final int CONTEXT_TOKENS = 10;

    private static ActorTestKit kit;

    private TestProbe<EngineActor.Command> engine;
    private TestProbe<GenerationEvent> events;
    private ProbeListener listener;
    private TestProbe<SubmitReply> replies;
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

    @BeforeEach
    void start() {
        engine = kit.createTestProbe();
        events = kit.createTestProbe();
        listener = new ProbeListener(events.getRef(), new CompletableFuture<>());
        replies = kit.createTestProbe();
        router = kit.spawn(GenerationRouter.create(ServingObserver.NONE));
    }

    private void open(int requestsMax) {
        router.tell(new GenerationRouter.Open(new GenerationRouter.Serving(engine.getRef(), new Letters(),
                prompt -> new Letters().encode(((Prompt.Text) prompt).text(), false),
                new OneModel(), CONTEXT_TOKENS, requestsMax, Embedders.NONE)));
    }

    private void submit(String model, String prompt, int choices) {
        router.tell(new GenerationRouter.Submit(new GenerationRequest(model, List.of(new Prompt.Text(prompt)),
                SamplingParameters.greedy(100), choices, Caller.LOCAL), listener, replies.getRef()));
    }

    private EngineActor.Enqueue accepted(int choices) {
        submit("base", "abc", choices);
        EngineActor.Enqueue enqueue = engine.expectMessageClass(EngineActor.Enqueue.class);
        enqueue.replyTo().tell(new EngineActor.Enqueued());
        assertEquals(3, replies.expectMessageClass(SubmitReply.Accepted.class).promptTokens());
        return enqueue;
    }

    private static EngineEvent.Finished finished(long id, FinishReason reason) {
        return new EngineEvent.Finished(id, reason, "end", Optional.empty(), new Usage(3, 2, 1));
    }

    @Test
    void shouldSayWhyWhenNothingIsLoaded() {
        submit("base", "abc", 1);
        assertInstanceOf(SubmitReply.NotReady.class, replies.receiveMessage());
    }

    @Test
    void shouldCutAnswerToContextWhenMoreIsAsked() {
        open(1);
        assertEquals(CONTEXT_TOKENS - 3, accepted(1).sequences().getFirst().sampling().maxTokens());
    }

    @Test
    void shouldRejectWithCountsWhenPromptFillsContext() {
        open(1);
        submit("base", "abcdefghij", 1);
        assertEquals(new SubmitReply.PromptTooLong(10, CONTEXT_TOKENS), replies.receiveMessage());
    }

    @Test
    void shouldRejectWhenModelIsUnknownOrTokenIsNot() {
        open(8);
        submit("other", "abc", 1);
        assertEquals(new SubmitReply.UnknownModel("other"), replies.receiveMessage());
        submit("base", "a\u00ff", 1);
        assertInstanceOf(SubmitReply.Invalid.class, replies.receiveMessage());
        submit("base", "", 1);
        assertInstanceOf(SubmitReply.Invalid.class, replies.receiveMessage());
    }

    @Test
    void shouldRejectOneMoreAndTakeAgainWhenLimitIsReached() {
        open(1);
        EngineActor.Enqueue first = accepted(1);
        submit("base", "abc", 1);
        assertInstanceOf(SubmitReply.Overloaded.class, replies.receiveMessage());
        first.events().tell(finished(first.sequences().getFirst().id(), FinishReason.STOP));
        events.expectMessageClass(GenerationEvent.AnswerEnded.class);
        events.expectMessageClass(GenerationEvent.Completed.class);
        engine.awaitAssert(Duration.ofSeconds(5), () -> {
            submit("base", "abc", 1);
            return engine.expectMessageClass(EngineActor.Enqueue.class, Duration.ofMillis(50));
        });
    }

    @Test
    void shouldCompleteOnceAfterLastAnswerWhenThereAreSeveral() {
        open(1);
        EngineActor.Enqueue enqueue = accepted(2);
        long id = enqueue.sequences().getFirst().id();
        enqueue.events().tell(new EngineEvent.TokenProduced(id + 1, 7, "x", Optional.empty()));
        assertEquals(new GenerationEvent.Piece(1, 7, "x", Optional.empty()), events.receiveMessage());
        enqueue.events().tell(List.of(
                new EngineEvent.TokenProduced(id + 1, 8, "y", Optional.empty()),
                new EngineEvent.TokenProduced(id + 1, 9, "", Optional.empty())));
        assertEquals(new GenerationEvent.Piece(1, 8, "y", Optional.empty()), events.receiveMessage());
        assertEquals(new GenerationEvent.Piece(1, 9, "", Optional.empty()), events.receiveMessage());
        enqueue.events().tell(finished(id + 1, FinishReason.STOP));
        assertEquals(new GenerationEvent.AnswerEnded(1, FinishReason.STOP, "end"), events.receiveMessage());
        enqueue.events().tell(finished(id, FinishReason.LENGTH));
        assertEquals(new GenerationEvent.AnswerEnded(0, FinishReason.LENGTH, "end"), events.receiveMessage());
        assertEquals(new GenerationEvent.Completed(new Usage(3, 4, 1)), events.receiveMessage());
        events.expectNoMessage(Duration.ofMillis(50));
    }

    @Test
    void shouldBreakOnceAndCancelTheRestWhenOneSequenceFails() {
        open(1);
        EngineActor.Enqueue enqueue = accepted(2);
        long id = enqueue.sequences().getFirst().id();
        var cause = new QuernException(QuernException.Category.RETRYABLE, "as asked");
        enqueue.events().tell(new EngineEvent.Failed(id, cause));
        assertEquals(new GenerationEvent.Broken(cause), events.receiveMessage());
        engine.expectMessage(new EngineActor.Cancel(id));
        engine.expectMessage(new EngineActor.Cancel(id + 1));
        enqueue.events().tell(new EngineEvent.Failed(id + 1, cause));
        events.expectNoMessage(Duration.ofMillis(50));
    }

    @Test
    void shouldCancelInEngineWhenListenerIsGone() {
        open(1);
        EngineActor.Enqueue enqueue = accepted(1);
        listener.gone().complete(Done.getInstance());
        engine.expectMessage(new EngineActor.Cancel(enqueue.sequences().getFirst().id()));
    }

    @Test
    void shouldBreakOnceWhenTheEngineIsGone() {
        open(2);
        accepted(1);
        submit("base", "abc", 1);
        engine.expectMessageClass(EngineActor.Enqueue.class);
        engine.stop();
        assertInstanceOf(SubmitReply.NotReady.class, replies.receiveMessage());
        assertInstanceOf(GenerationEvent.Broken.class, events.receiveMessage());
        assertInstanceOf(GenerationEvent.Broken.class, events.receiveMessage());
        events.expectNoMessage(Duration.ofMillis(50));
    }

    @Test
    void shouldAnswerWhenThePromptBreaksTheEncoder() {
        for (Error failure : List.of(new StackOverflowError(), new OutOfMemoryError("as asked"))) {
            router.tell(new GenerationRouter.Open(new GenerationRouter.Serving(engine.getRef(), new Letters(),
                    prompt -> {
                        throw failure;
                    }, new OneModel(), CONTEXT_TOKENS, 8, Embedders.NONE)));
            submit("base", "abc", 1);
            assertInstanceOf(SubmitReply.Broken.class, replies.receiveMessage());
        }
    }

    @Test
    void shouldEndOnceWhenAnEventOfTheEngineBreaksIt() {
        open(1);
        EngineActor.Enqueue enqueue = accepted(1);
        long foreign = enqueue.sequences().getFirst().id() + 77;
        enqueue.events().tell(new EngineEvent.TokenProduced(foreign, 1, "x", Optional.empty()));
        assertInstanceOf(GenerationEvent.Broken.class, events.receiveMessage());
        engine.expectMessage(new EngineActor.Cancel(enqueue.sequences().getFirst().id()));
    }

    private record ProbeListener(ActorRef<GenerationEvent> probe, CompletableFuture<Done> gone)
            implements GenerationListener {

        @Override
        public void tell(List<GenerationEvent> told) {
            told.forEach(probe::tell);
        }
    }

    private static final class OneModel implements ModelDirectory {

        @Override
        public Optional<ServedModel> find(String name, Caller caller) {
            return name.equals(BASE.id()) ? Optional.of(BASE) : Optional.empty();
        }

        @Override
        public List<ServedModel> list(Caller caller) {
            return List.of(BASE);
        }
    }

    /** One token a character; the vocabulary is ASCII. */
    private record Letters() implements Tokenizer {

        @Override
        public int vocabularySize() {
            return 128;
        }

        @Override
        public int[] encode(String text, boolean begin) {
            return text.chars().toArray();
        }

        @Override
        public int[] encodeTemplate(PromptText rendered) {
            return encode(rendered.text(), false);
        }

        @Override
        public byte[] bytes(int token) {
            return new byte[] {(byte) token};
        }

        @Override
        public String decode(int[] tokens) {
            return new String(tokens, 0, tokens.length);
        }

        @Override
        public OptionalInt beginToken() {
            return OptionalInt.empty();
        }

        @Override
        public List<Integer> endTokens() {
            return List.of();
        }

        @Override
        public boolean isControl(int token) {
            return false;
        }

        @Override
        public String text(int token) {
            return Character.toString(token);
        }
    }
}
