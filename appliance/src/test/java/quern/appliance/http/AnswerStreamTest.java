package quern.appliance.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.SinkQueueWithCancel;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import quern.actors.serving.GenerationEvent;
import quern.inference.engine.Usage;

class AnswerStreamTest {

    private static final int LIMIT_S = 20;
    private static final GenerationEvent END = new GenerationEvent.Completed(new Usage(1, 2, 0));

    private static ActorTestKit kit;

    @BeforeAll
    static void startKit() {
        kit = ActorTestKit.create();
    }

    @AfterAll
    static void stopKit() {
        kit.shutdownTestKit();
    }

    private static GenerationEvent piece(int token) {
        return new GenerationEvent.Piece(0, token, "t", Optional.empty());
    }

    private static void tell(AnswerStream stream, int from, int until) {
        var pieces = new ArrayList<GenerationEvent>();
        for (int token = from; token < until; token++) {
            pieces.add(piece(token));
        }
        stream.tell(pieces);
    }

    private static <T> T await(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(LIMIT_S, TimeUnit.SECONDS);
    }

    private static SinkQueueWithCancel<List<GenerationEvent>> read(AnswerStream stream) {
        return stream.events().toMat(Sink.queue(), Keep.right()).run(kit.system());
    }

    @Test
    void shouldBringEveryEventInOrderAndManyTogetherWhenTheReaderIsSlow() throws Exception {
        var stream = new AnswerStream(10_000);
        tell(stream, 0, 1000);
        var reader = read(stream);
        tell(stream, 1000, 2000);
        stream.tell(List.of(END));
        stream.tell(List.of(piece(-1)));
        var all = new ArrayList<GenerationEvent>();
        int lists = 0;
        for (var list = await(reader.pull()); list.isPresent(); list = await(reader.pull())) {
            assertTrue(!list.get().isEmpty() && list.get().size() <= 128, "together: " + list.get().size());
            all.addAll(list.get());
            lists++;
        }
        assertEquals(2001, all.size());
        for (int token = 0; token < 2000; token++) {
            assertEquals(piece(token), all.get(token));
        }
        assertEquals(END, all.getLast());
        assertTrue(lists <= 20, lists + " lists");
        await(stream.gone());
    }

    @Test
    void shouldBringEachEventAtOnceWhenTheReaderWaits() throws Exception {
        var stream = new AnswerStream(10);
        var reader = read(stream);
        for (int token = 0; token < 50; token++) {
            CompletionStage<Optional<List<GenerationEvent>>> pulled = reader.pull();
            stream.tell(List.of(piece(token)));
            assertEquals(Optional.of(List.of(piece(token))), await(pulled));
        }
        assertFalse(stream.gone().toCompletableFuture().isDone());
    }

    @Test
    void shouldSayThatNobodyReadsWhenTheReaderCancels() throws Exception {
        var stream = new AnswerStream(10);
        read(stream).cancel();
        await(stream.gone());
        tell(stream, 0, 100);
    }

    @Test
    void shouldEndWhenAbandonedWhetherOrNotAnybodyReads() throws Exception {
        var unread = new AnswerStream(10);
        tell(unread, 0, 3);
        unread.abandon();
        await(unread.gone());
        assertEquals(List.of(), await(unread.events().runWith(Sink.seq(), kit.system())));
        var awaited = new AnswerStream(10);
        var pulled = read(awaited).pull();
        awaited.abandon();
        assertEquals(Optional.empty(), await(pulled));
        await(awaited.gone());
    }

    @Test
    void shouldEndWithAFailureAndSayGoneWhenMoreEventsWaitThanMay() throws Exception {
        var stream = new AnswerStream(300);
        var reader = read(stream);
        assertEquals(0, offered(reader, stream));
        tell(stream, 0, 301);
        await(stream.gone());
        tell(stream, 0, 1);
        stream.tell(List.of(END));
        var failure = assertInstanceOf(GenerationEvent.Broken.class, only(await(reader.pull()).orElseThrow()));
        assertEquals("the answer was not read: more than 300 tokens waited", failure.cause().getMessage());
        assertEquals(Optional.empty(), await(reader.pull()));
    }

    private static GenerationEvent only(List<GenerationEvent> events) {
        assertEquals(1, events.size(), events.toString());
        return events.getFirst();
    }

    /** Shows that a stream within its limit is whole. */
    private static int offered(SinkQueueWithCancel<List<GenerationEvent>> reader, AnswerStream stream)
            throws Exception {
        tell(stream, 0, 300);
        int left = 300;
        while (left > 0) {
            left -= await(reader.pull()).orElseThrow().size();
        }
        return left;
    }
}
