package quern.ingest;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Tells what a document is. Unmistakable content wins over the name (a PDF called {@code notes.txt} is a PDF), the name
 * decides between kinds of text, and text under a name that promises something else is read as text.
 */
public final class MediaSniffer {

    private static final int PDF_HEAD_BYTES = 1024;
    private static final int LOOK_BYTES = 8192;
    private static final Pattern MBOX = Pattern.compile("\\AFrom \\S+ .*\\d{4}[^\\n]*\\n[A-Za-z-]+:");
    private static final Pattern EML = Pattern.compile(
            "\\A(?i:return-path|received|delivered-to|from|to|subject|date|message-id|mime-version|content-type"
                    + "|x-[a-z-]+):[^\\n]*(?:\\n[ \\t][^\\n]*)*\\n[A-Za-z-]+:");
    private static final Pattern HTML = Pattern.compile(
            "\\A(?:\\s|<\\?xml[^>]*>|<!--.{0,2000}?-->)*<(?:!doctype\\s+html|html|head|body)[\\s>].*",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
    private static final Pattern JSON_LINE = Pattern.compile("\\A\\s*\\{\\s*(?:\"|\\}).*", Pattern.DOTALL);

    private MediaSniffer() {}

    /**
     * @param head the first bytes; some tens of thousands are plenty
     * @param name file name, possibly empty
     * @param declared media type as sent, possibly empty or unknown
     */
    public static MediaType sniff(byte[] head, String name, String declared) {
        Optional<MediaType> byMagic = byMagic(head);
        if (byMagic.isPresent()) {
            return byMagic.get();
        }
        String text = look(head);
        if (isBinary(text)) {
            return MediaType.BINARY;
        }
        Optional<MediaType> promised = MediaType.ofName(name).or(() -> MediaType.ofText(declared));
        return promised.isEmpty() || promised.get() == MediaType.TEXT ? byText(text) : confirmed(promised.get(), text);
    }

    private static MediaType confirmed(MediaType promised, String text) {
        return switch (promised) {
            case JSONL -> JSON_LINE.matcher(text).matches() || text.isBlank() ? MediaType.JSONL : byText(text);
            case EML -> MBOX.matcher(text).lookingAt() ? MediaType.MBOX : MediaType.EML;
            case MBOX -> MBOX.matcher(text).lookingAt() ? MediaType.MBOX : byText(text);
            case MARKDOWN, CSV -> isPage(text) ? MediaType.HTML : promised;
            case HTML -> text.indexOf('<') >= 0 ? MediaType.HTML : MediaType.TEXT;
            case TEXT, PDF, GZIP, ZSTD, BINARY -> byText(text);
        };
    }

    private static MediaType byText(String text) {
        if (isPage(text)) {
            return MediaType.HTML;
        } else if (MBOX.matcher(text).lookingAt()) {
            return MediaType.MBOX;
        } else if (EML.matcher(text).lookingAt() && text.contains("\n\n")) {
            return MediaType.EML;
        }
        return JSON_LINE.matcher(text).matches() && text.stripTrailing().endsWith("}") || linesOfJson(text)
                ? MediaType.JSONL : MediaType.TEXT;
    }

    private static boolean linesOfJson(String text) {
        String[] lines = text.split("\n", 4);
        return lines.length > 2 && isObject(lines[0]) && isObject(lines[1]);
    }

    private static boolean isObject(String line) {
        return JSON_LINE.matcher(line).matches() && line.stripTrailing().endsWith("}");
    }

    private static boolean isPage(String text) {
        return HTML.matcher(text).matches();
    }

    private static Optional<MediaType> byMagic(byte[] head) {
        if (begins(head, 0x1F, 0x8B)) {
            return Optional.of(MediaType.GZIP);
        } else if (begins(head, 0x28, 0xB5, 0x2F, 0xFD)) {
            return Optional.of(MediaType.ZSTD);
        }
        // Readers accept junk before the PDF header, within the first 1024 bytes (ISO 32000-1, implementation note 13).
        String first = new String(head, 0, Math.min(head.length, PDF_HEAD_BYTES), StandardCharsets.ISO_8859_1);
        int at = first.indexOf("%PDF-");
        boolean pdf = at == 0 || at > 0 && (first.substring(0, at).isBlank() || isBinary(look(head)));
        return pdf ? Optional.of(MediaType.PDF) : Optional.empty();
    }

    private static boolean begins(byte[] head, int... bytes) {
        for (int i = 0; i < bytes.length; i++) {
            if (i >= head.length || (head[i] & 0xFF) != bytes[i]) {
                return false;
            }
        }
        return true;
    }

    /** The beginning as text, with one kind of line end. */
    private static String look(byte[] head) {
        int count = Math.min(head.length, LOOK_BYTES);
        String text = TextDecoding.decodeHead(head, count);
        return text.replace("\r\n", "\n").replace('\r', '\n');
    }

    /** Control characters that no text has; a few are forgiven. */
    static boolean isBinary(String text) {
        long controls = text.chars().filter(c -> c < ' ' && "\n\r\t\f\u001B".indexOf(c) < 0).count();
        return text.indexOf('\0') >= 0 || controls * 100 > Math.max(100, text.length());
    }
}
