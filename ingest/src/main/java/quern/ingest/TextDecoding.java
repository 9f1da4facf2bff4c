package quern.ingest;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Finds the charset of text that does not say it: a byte-order mark (UTF-8, UTF-16), NULs at every other place (UTF-16
 * without a mark), valid UTF-8, and otherwise windows-1252, which reads every ISO 8859-1 letter the same.
 */
public final class TextDecoding {

    private static final Charset WINDOWS_1252 = Charset.forName("windows-1252");
    private static final int SAMPLE_BYTES = 4096;
    private static final char REPLACEMENT = '\uFFFD';

    /** A charset and the byte-order mark to skip. */
    public record Found(Charset charset, int markBytes) {}

    private TextDecoding() {}

    /** The whole text without its byte-order mark. */
    public static String decode(byte[] bytes) {
        Found found = find(bytes, bytes.length, true);
        return new String(bytes, found.markBytes(), bytes.length - found.markBytes(), found.charset());
    }

    /** A beginning that may stop within a character. */
    static String decodeHead(byte[] bytes, int count) {
        Found found = find(bytes, count, false);
        return new String(bytes, found.markBytes(), count - found.markBytes(), found.charset());
    }

    /** @param whole whether the bytes end where the text does, so that half a character is an error */
    public static Found find(byte[] bytes, int count, boolean whole) {
        if (starts(bytes, count, 0xEF, 0xBB, 0xBF)) {
            return new Found(StandardCharsets.UTF_8, 3);
        } else if (starts(bytes, count, 0xFF, 0xFE)) {
            return new Found(StandardCharsets.UTF_16LE, 2);
        } else if (starts(bytes, count, 0xFE, 0xFF)) {
            return new Found(StandardCharsets.UTF_16BE, 2);
        }
        int looked = Math.min(count, SAMPLE_BYTES) & ~1;
        int even = nuls(bytes, 0, looked);
        int odd = nuls(bytes, 1, looked);
        if (odd * 4 > looked && even == 0) {
            return new Found(StandardCharsets.UTF_16LE, 0);
        } else if (even * 4 > looked && odd == 0) {
            return new Found(StandardCharsets.UTF_16BE, 0);
        }
        return new Found(isUtf8(bytes, count, whole) ? StandardCharsets.UTF_8 : WINDOWS_1252, 0);
    }

    private static boolean starts(byte[] bytes, int count, int... mark) {
        for (int i = 0; i < mark.length; i++) {
            if (i >= count || (bytes[i] & 0xFF) != mark[i]) {
                return false;
            }
        }
        return true;
    }

    private static int nuls(byte[] bytes, int from, int to) {
        int nuls = 0;
        for (int i = from; i < to; i += 2) {
            nuls += bytes[i] == 0 ? 1 : 0;
        }
        return nuls;
    }

    private static boolean isUtf8(byte[] bytes, int count, boolean whole) {
        var decoder = StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT);
        var chunk = CharBuffer.allocate(SAMPLE_BYTES);
        ByteBuffer in = ByteBuffer.wrap(bytes, 0, count);
        while (true) {
            var result = decoder.decode(in, chunk, whole);
            if (result.isError()) {
                return false;
            } else if (result.isUnderflow()) {
                return true;
            }
            chunk.clear();
        }
    }

    /** Decodes UTF-8 that must be valid; null if it is not. */
    public static String utf8OrNull(byte[] bytes, int from, int to) {
        String text = new String(bytes, from, to - from, StandardCharsets.UTF_8);
        // Only where this character stands was something replaced, or it was there before.
        return text.indexOf(REPLACEMENT) < 0 ? text : strictUtf8OrNull(bytes, from, to);
    }

    private static String strictUtf8OrNull(byte[] bytes, int from, int to) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, from, to - from)).toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }
}
