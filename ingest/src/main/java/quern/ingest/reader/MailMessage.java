package quern.ingest.reader;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.james.mime4j.codec.DecodeMonitor;
import org.apache.james.mime4j.dom.BinaryBody;
import org.apache.james.mime4j.dom.Entity;
import org.apache.james.mime4j.dom.Message;
import org.apache.james.mime4j.dom.Multipart;
import org.apache.james.mime4j.dom.SingleBody;
import org.apache.james.mime4j.dom.TextBody;
import org.apache.james.mime4j.message.DefaultMessageBuilder;
import org.apache.james.mime4j.stream.MimeConfig;
import quern.ingest.TextDecoding;
import quern.ingest.Unreadable;

/**
 * One mail (RFC 5322, MIME): fields {@code subject}, {@code from}, {@code to}, {@code date} (ISO 8601),
 * {@code attachments} (names) and {@code text}, which is the plain parts, or without any the HTML parts as text.
 */
final class MailMessage {

    private static final int DEPTH_MAX = 16;
    private static final int HEADERS_MAX = 2_000;

    private final List<String> plain = new ArrayList<>();
    private final List<String> html = new ArrayList<>();
    private final List<String> attachments = new ArrayList<>();

    private MailMessage() {}

    static Parts parts(InputStream input, ReadLimits limits) throws IOException {
        return OnePart.of(fields(WholeText.bytes(input, limits), limits));
    }

    /** @param bytes one whole message */
    static ObjectNode fields(byte[] bytes, ReadLimits limits) throws IOException {
        var builder = new DefaultMessageBuilder();
        builder.setMimeEntityConfig(MimeConfig.custom().setMaxHeaderCount(HEADERS_MAX)
                .setMaxContentLen(limits.documentBytesMax()).setMaxLineLen(-1).setMaxHeaderLen(1 << 16).build());
        builder.setDecodeMonitor(DecodeMonitor.SILENT);
        Message message = builder.parseMessage(new ByteArrayInputStream(bytes));
        try {
            var mail = new MailMessage();
            mail.collect(message, 0);
            return mail.fields(message);
        } finally {
            message.dispose();
        }
    }

    private ObjectNode fields(Message message) {
        ObjectNode fields = JsonNodeFactory.instance.objectNode();
        put(fields, "subject", message.getSubject());
        put(fields, "from", message.getFrom() == null ? null : String.join(", ",
                message.getFrom().stream().map(box -> box.getAddress()).toList()));
        put(fields, "to", message.getTo() == null ? null : String.join(", ",
                message.getTo().flatten().stream().map(box -> box.getAddress()).toList()));
        if (message.getDate() != null) {
            fields.put("date", Instant.ofEpochMilli(message.getDate().getTime()).toString());
        }
        if (!attachments.isEmpty()) {
            var names = fields.putArray("attachments");
            attachments.forEach(names::add);
        }
        List<String> bodies = plain.isEmpty() ? html : plain;
        return fields.put("text", String.join("\n\n", bodies).strip());
    }

    private static void put(ObjectNode fields, String name, String value) {
        if (value != null && !value.isBlank()) {
            fields.put(name, value);
        }
    }

    private void collect(Entity entity, int depth) throws IOException {
        if (depth > DEPTH_MAX) {
            throw new Unreadable("nested too deeply");
        }
        boolean attached = "attachment".equalsIgnoreCase(entity.getDispositionType());
        if (attached || entity.getFilename() != null) {
            attachments.add(entity.getFilename() == null ? "" : entity.getFilename());
            return;
        }
        switch (entity.getBody()) {
            case null -> { }
            case Multipart multipart -> {
                for (Entity part : multipart.getBodyParts()) {
                    collect(part, depth + 1);
                }
            }
            case Message forwarded -> collect(forwarded, depth + 1);
            case TextBody text -> text(entity, text, text.getMimeCharset());
            case BinaryBody binary -> attachments.add("");
            default -> { }
        }
    }

    private void text(Entity entity, SingleBody body, String charset) throws IOException {
        String type = entity.getMimeType().toLowerCase(Locale.ROOT);
        if (type.equals("text/plain")) {
            plain.add(decode(body, charset).replace("\r\n", "\n").strip());
        } else if (type.equals("text/html")) {
            html.add(HtmlText.textOf(decode(body, charset)));
        }
    }

    private static String decode(SingleBody body, String charset) throws IOException {
        var bytes = new ByteArrayOutputStream();
        body.writeTo(bytes);
        boolean named = charset != null && !charset.equalsIgnoreCase("us-ascii") && isKnown(charset);
        return named ? bytes.toString(Charset.forName(charset)) : TextDecoding.decode(bytes.toByteArray());
    }

    private static boolean isKnown(String charset) {
        try {
            return Charset.isSupported(charset);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
