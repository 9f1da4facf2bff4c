package quern.inference.sampling;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * Turns the bytes of tokens into text that is certain: whole characters, and nothing that may yet turn out to be the
 * beginning of a stop string. Malformed bytes become U+FFFD. Text after a stop string never comes out.
 */
public final class AnswerText {

    private final List<String> stops;
    private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
    private final StringBuilder held = new StringBuilder();
    private byte[] undecoded = new byte[0];
    private String stop;

    public AnswerText(List<String> stops) {
        this.stops = stops;
    }

    /** Takes one token's bytes and gives what has become certain. */
    public String append(byte[] bytes) {
        if (stop != null) {
            return "";
        }
        decode(bytes, false);
        return cutAtStop() ? release(held.length()) : release(held.length() - heldBack());
    }

    /** No more tokens: gives all that was held back, an incomplete character as U+FFFD. */
    public String finish() {
        if (stop != null) {
            return "";
        }
        decode(new byte[0], true);
        cutAtStop();
        return release(held.length());
    }

    /** The stop string found, if one was. */
    public Optional<String> stop() {
        return Optional.ofNullable(stop);
    }

    private void decode(byte[] bytes, boolean end) {
        ByteBuffer in = ByteBuffer.allocate(undecoded.length + bytes.length).put(undecoded).put(bytes).flip();
        CharBuffer out = CharBuffer.allocate(in.remaining() + 2);
        decoder.decode(in, out, end);
        if (end) {
            decoder.flush(out);
        }
        undecoded = new byte[in.remaining()];
        in.get(undecoded);
        held.append(out.flip());
    }

    /* The earliest match counts; of several at one place the longest. */
    private boolean cutAtStop() {
        int first = -1;
        for (String candidate : stops) {
            int at = held.indexOf(candidate);
            boolean earlier = at >= 0 && (first < 0 || at < first || at == first && candidate.length() > stop.length());
            if (earlier) {
                first = at;
                stop = candidate;
            }
        }
        if (first >= 0) {
            held.setLength(first);
        }
        return first >= 0;
    }

    /** Length of the longest end of the held text that begins a stop string. */
    private int heldBack() {
        int longest = 0;
        for (String candidate : stops) {
            for (int length = Math.min(candidate.length() - 1, held.length()); length > longest; length--) {
                if (endsWithBeginning(candidate, length)) {
                    longest = length;
                }
            }
        }
        return longest;
    }

    private boolean endsWithBeginning(String candidate, int length) {
        int from = held.length() - length;
        for (int i = 0; i < length; i++) {
            if (held.charAt(from + i) != candidate.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private String release(int length) {
        String text = held.substring(0, length);
        held.delete(0, length);
        return text;
    }
}
