package quern.ingest;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Tells what a document is. Unmistakable content wins over the name (a PDF called {@code notes.txt} is a PDF), the name
 * decides between kinds of text, and text under a name that promises something else is read as text.
 */
public final class MediaSniffer {

    private static final int PDF_HEAD_BYTES = 1024;
    private static final int LOOK_BYTES = 8192;
    // Only patterns that match without recursion: what they are matched against is anybody's.
    private static final Pattern MBOX_LINE = Pattern.compile("From \\S+ .*\\d{4}.*");
    private static final Pattern HEADER_LINE = Pattern.compile("[A-Za-z][A-Za-z0-9-]*:.*");
    private static final Pattern MAIL_LINE = Pattern.compile("(?i)(?:return-path|received|delivered-to|from|to|subject"
            + "|date|message-id|mime-version|content-type|x-[a-z-]+):.*");
    private static final Pattern PAGE_START = Pattern.compile("(?i)<(?:!doctype\\s+html|html|head|body)[\\s>]");
    private static final Pattern ARRAY_START = Pattern.compile("\\s*+\\[\\s*+\\{\\s*+\"");
    private static final Pattern OBJECT_START = Pattern.compile("\\s*+\\{\\s*+[\"}]");

    private MediaSniffer() {}

    /**
     * @param head the first bytes; some tens of thousands are plenty
     * @param name file name, possibly empty
     * @param declared media type as sent, possibly empty or unknown
     */
    public static MediaType sniff(byte[] head, String name, String declared) {
        Optional<MediaType> byMagic = byMagic(head).or(() -> Containers.of(head, name));
        if (byMagic.isPresent()) {
            return byMagic.get();
        }
        String text = look(head);
        Optional<MediaType> promised = MediaType.ofName(name).or(() -> MediaType.ofText(declared));
        // Of rows, each is judged alone: one with control characters in it is no reason against the others.
        boolean rows = promised.equals(Optional.of(MediaType.JSONL)) && OBJECT_START.matcher(text).lookingAt();
        if (!rows && isBinary(text)) {
            return MediaType.BINARY;
        }
        return promised.isEmpty() || promised.get() == MediaType.TEXT ? byText(text) : confirmed(promised.get(), text);
    }

    private static MediaType confirmed(MediaType promised, String text) {
        return switch (promised) {
            case JSONL -> OBJECT_START.matcher(text).lookingAt() || text.isBlank() ? MediaType.JSONL : byText(text);
            case JSON -> OBJECT_START.matcher(text).lookingAt() ? lineOrTree(text)
                    : text.stripLeading().startsWith("[") ? MediaType.JSON : byText(text);
            case EML -> isMailbox(text) ? MediaType.MBOX : MediaType.EML;
            case MBOX -> isMailbox(text) ? MediaType.MBOX : byText(text);
            case MARKDOWN, CSV, TSV -> isPage(text) ? MediaType.HTML : promised;
            case HTML -> text.indexOf('<') >= 0 ? MediaType.HTML : MediaType.TEXT;
            case TEX, SOURCE -> promised;
            default -> byText(text);
        };
    }

    private static MediaType byText(String text) {
        if (isPage(text)) {
            return MediaType.HTML;
        } else if (isMailbox(text)) {
            return MediaType.MBOX;
        } else if (isMail(text)) {
            return MediaType.EML;
        }
        if (ARRAY_START.matcher(text).lookingAt()) {
            return MediaType.JSON;
        } else if (OBJECT_START.matcher(text).lookingAt() && text.stripTrailing().endsWith("}")) {
            return lineOrTree(text);
        }
        return linesOfJson(text) ? MediaType.JSONL : MediaType.TEXT;
    }

    /** Content that begins with an object is one object a line, unless the first line ends within the object. */
    private static MediaType lineOrTree(String text) {
        String begin = text.stripLeading();
        int end = begin.indexOf('\n');
        return end < 0 || isObject(begin.substring(0, end)) ? MediaType.JSONL : MediaType.JSON;
    }

    private static boolean linesOfJson(String text) {
        String[] lines = text.split("\n", 4);
        return lines.length > 2 && isObject(lines[0]) && isObject(lines[1]);
    }

    private static boolean isObject(String line) {
        return OBJECT_START.matcher(line).lookingAt() && line.stripTrailing().endsWith("}");
    }

    private static boolean isMailbox(String text) {
        String[] lines = text.split("\n", 3);
        return lines.length > 1 && MBOX_LINE.matcher(lines[0]).matches() && HEADER_LINE.matcher(lines[1]).matches();
    }

    /** A header line known from mail, then at least one more, then an empty line. */
    private static boolean isMail(String text) {
        int end = text.indexOf("\n\n");
        if (end < 0) {
            return false;
        }
        String[] lines = text.substring(0, end).split("\n");
        long headers = Arrays.stream(lines).filter(line -> HEADER_LINE.matcher(line).matches()).count();
        long folded = Arrays.stream(lines).filter(line -> line.startsWith(" ") || line.startsWith("\t")).count();
        boolean others = headers + folded < lines.length;
        return MAIL_LINE.matcher(lines[0]).matches() && headers > 1 && !others;
    }

    /** Whether the first thing past white space, comments and an XML declaration is a page's first element. */
    private static boolean isPage(String text) {
        int at = 0;
        while (at < text.length()) {
            if (Character.isWhitespace(text.charAt(at))) {
                at++;
            } else if (text.startsWith("<!--", at) || text.startsWith("<?xml", at)) {
                String closing = text.startsWith("<!--", at) ? "-->" : ">";
                int end = text.indexOf(closing, at + 4);
                at = end < 0 ? text.length() : end + closing.length();
            } else {
                return PAGE_START.matcher(text).region(at, text.length()).lookingAt();
            }
        }
        return false;
    }

    private static Optional<MediaType> byMagic(byte[] head) {
        if (begins(head, 0x1F, 0x8B)) {
            return Optional.of(MediaType.GZIP);
        } else if (begins(head, 0x28, 0xB5, 0x2F, 0xFD)) {
            return Optional.of(MediaType.ZSTD);
        } else if (begins(head, 'P', 'A', 'R', '1')) {
            return Optional.of(MediaType.PARQUET);
        }
        // Readers accept junk before the PDF header, within the first 1024 bytes (ISO 32000-1, implementation note 13).
        String first = new String(head, 0, Math.min(head.length, PDF_HEAD_BYTES), StandardCharsets.ISO_8859_1);
        int at = first.indexOf("%PDF-");
        boolean pdf = at == 0 || at > 0 && (first.substring(0, at).isBlank() || isBinary(look(head)));
        return pdf ? Optional.of(MediaType.PDF) : Optional.empty();
    }

    static boolean begins(byte[] head, int... bytes) {
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

    /** Control characters that no text has, NUL among them; one in a hundred is forgiven. */
    static boolean isBinary(String text) {
        long controls = text.chars().filter(c -> c < ' ' && "\n\r\t\f\u001B".indexOf(c) < 0).count();
        return controls * 100 > Math.max(100, text.length());
    }
}
