package quern.ingest.reader;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * A mailbox (RFC 4155): messages that each begin with a {@code From } line after a blank one, quoted as mboxrd. One
 * sample each; a message that cannot be read, has no text or is too large is a flaw.
 */
final class MboxParts implements Parts {

    private static final Pattern SEPARATOR = Pattern.compile("From \\S+ .*\\d{4}.*", Pattern.DOTALL);
    private static final Pattern QUOTED = Pattern.compile(">+From .*", Pattern.DOTALL);

    private final ByteLines lines;
    private final ReadLimits limits;
    private boolean started;
    private boolean ended;
    private long at;

    MboxParts(BufferedInputStream input, ReadLimits limits) {
        this.lines = new ByteLines(input, limits.documentBytesMax());
        this.limits = limits;
    }

    @Override
    public Part next() throws IOException {
        if (ended) {
            return null;
        }
        if (!started) {
            started = true;
            if (lines.next() == null) {
                return null;
            }
        }
        var message = new ByteArrayOutputStream();
        boolean tooLarge = false;
        boolean afterBlank = false;
        byte[] line = lines.next();
        for (; line != null; line = lines.next()) {
            String start = new String(line, 0, Math.min(line.length, 200), StandardCharsets.ISO_8859_1);
            if (afterBlank && SEPARATOR.matcher(start).matches()) {
                break;
            }
            afterBlank = ByteLines.contentBytes(line) == 0;
            int skipped = QUOTED.matcher(start).matches() ? 1 : 0;
            tooLarge |= lines.isTooLong() || message.size() + (long) line.length > limits.documentBytesMax();
            if (!tooLarge) {
                message.write(line, skipped, line.length - skipped);
            }
        }
        ended = line == null;
        return tooLarge ? new Flaw("message larger than document-max") : part(message.toByteArray());
    }

    private Part part(byte[] message) {
        try {
            ObjectNode fields = MailMessage.fields(message, limits);
            String text = fields.path("text").asText();
            if (text.isBlank()) {
                return new Flaw("message without text");
            }
            long from = at;
            at += text.length() + 1;
            return new Fields(fields, from, from + text.length(), 0);
        } catch (IOException | RuntimeException | StackOverflowError e) {
            return new Flaw("message cannot be read");
        }
    }
}
