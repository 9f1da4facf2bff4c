package quern.ingest.reader;

import java.io.IOException;
import java.io.InputStream;
import quern.ingest.LimitExceeded;
import quern.ingest.TextDecoding;

/** Plain text: one sample, line ends made {@code \n}. */
final class WholeText {

    private WholeText() {}

    static Parts parts(String text) {
        return OnePart.of(text);
    }

    static String read(InputStream input, ReadLimits limits) throws IOException {
        return TextDecoding.decode(bytes(input, limits)).replace("\r\n", "\n").replace('\r', '\n');
    }

    static byte[] bytes(InputStream input, ReadLimits limits) throws IOException {
        int max = (int) Math.min(limits.documentBytesMax(), Integer.MAX_VALUE - 16);
        byte[] bytes = input.readNBytes(max);
        if (input.read() >= 0) {
            throw new LimitExceeded("larger than document-max");
        }
        return bytes;
    }
}
