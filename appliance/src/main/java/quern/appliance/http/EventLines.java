package quern.appliance.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.util.ByteString;
import quern.actors.serving.GenerationEvent;
import quern.config.QuernException;

/**
 * Server-sent events of one reply: one for each chunk, {@code [DONE]} after the last. Chunks of plain text differ in
 * nothing but the text, so what is around it is rendered once for each answer. One instance a reply, one thread.
 */
final class EventLines {

    private static final byte[] DONE = "data: [DONE]\n\n".getBytes(StandardCharsets.US_ASCII);
    private static final int CHUNK_BYTES = 320;

    /** What stands before and behind the text in every plain chunk of an answer. */
    private record Frame(byte[] before, byte[] behind) {

        static Frame of(ObjectNode one, ObjectNode other) {
            String line = line(one);
            String different = line(other);
            int at = 0;
            while (line.charAt(at) == different.charAt(at)) {
                at++;
            }
            return new Frame(line.substring(0, at).getBytes(StandardCharsets.UTF_8),
                    line.substring(at + 1).getBytes(StandardCharsets.UTF_8));
        }
    }

    private final AnswerFormat format;
    private final Map<Integer, Frame> frames = new HashMap<>();

    EventLines(AnswerFormat format) {
        this.format = format;
    }

    ByteString opening() {
        var out = new ByteArrayOutputStream(CHUNK_BYTES);
        write(format.opening(), out);
        return ByteString.fromArrayUnsafe(out.toByteArray());
    }

    /** @return empty if the events have nothing to show */
    ByteString of(List<GenerationEvent> events) {
        var out = new ByteArrayOutputStream(CHUNK_BYTES * events.size());
        for (GenerationEvent event : events) {
            write(event, out);
        }
        return ByteString.fromArrayUnsafe(out.toByteArray());
    }

    private void write(GenerationEvent event, ByteArrayOutputStream out) {
        switch (event) {
            case GenerationEvent.Piece piece when format.plain(piece) -> {
                Frame frame = frames.computeIfAbsent(piece.answer(), this::frame);
                out.writeBytes(frame.before());
                out.writeBytes(quoted(piece.text()));
                out.writeBytes(frame.behind());
            }
            case GenerationEvent.Broken(QuernException cause) ->
                out.writeBytes(("data: " + ApiError.of(cause).body() + "\n\n").getBytes(StandardCharsets.UTF_8));
            case GenerationEvent.Completed completed -> {
                write(format.chunks(event), out);
                out.writeBytes(DONE);
            }
            default -> write(format.chunks(event), out);
        }
    }

    private Frame frame(int answer) {
        return Frame.of(sample(answer, "a"), sample(answer, "b"));
    }

    private ObjectNode sample(int answer, String text) {
        return format.chunks(new GenerationEvent.Piece(answer, 0, text, Optional.empty())).getFirst();
    }

    private static void write(List<ObjectNode> chunks, ByteArrayOutputStream out) {
        chunks.forEach(chunk -> out.writeBytes(line(chunk).getBytes(StandardCharsets.UTF_8)));
    }

    private static String line(ObjectNode chunk) {
        return "data: " + chunk + "\n\n";
    }

    /** As between the quotes of a JSON string. */
    static byte[] quoted(String text) {
        if (text.chars().allMatch(c -> c >= ' ' && c < 0x7f && c != '"' && c != '\\')) {
            return text.getBytes(StandardCharsets.ISO_8859_1);
        }
        String quoted = TextNode.valueOf(text).toString();
        return quoted.substring(1, quoted.length() - 1).getBytes(StandardCharsets.UTF_8);
    }
}
