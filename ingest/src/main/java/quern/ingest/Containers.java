package quern.ingest;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/** Tells archives, office files, pictures and web archives by their first bytes. */
final class Containers {

    private static final int TAR_MAGIC = 257;
    private static final int NAMES_MAX = 200;

    private Containers() {}

    static Optional<MediaType> of(byte[] head, String name) {
        if (MediaSniffer.begins(head, 'P', 'K', 3, 4) || MediaSniffer.begins(head, 'P', 'K', 5, 6)) {
            return Optional.of(zip(new String(head, StandardCharsets.ISO_8859_1), name.toLowerCase(Locale.ROOT)));
        } else if (MediaSniffer.begins(head, 0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1)) {
            return Optional.of(MediaType.OLE);
        } else if (MediaSniffer.begins(head, '{', '\\', 'r', 't', 'f')) {
            return Optional.of(MediaType.RTF);
        } else if (MediaSniffer.begins(head, 'W', 'A', 'R', 'C', '/')) {
            return Optional.of(MediaType.WARC);
        } else if (isPicture(head)) {
            return Optional.of(MediaType.PICTURE);
        }
        boolean tar = head.length > TAR_MAGIC + 5
                && new String(head, TAR_MAGIC, 5, StandardCharsets.ISO_8859_1).equals("ustar");
        return tar ? Optional.of(MediaType.TAR) : Optional.empty();
    }

    private static boolean isPicture(byte[] head) {
        return MediaSniffer.begins(head, 0x89, 'P', 'N', 'G', 13, 10, 26, 10)
                || MediaSniffer.begins(head, 0xFF, 0xD8, 0xFF)
                || MediaSniffer.begins(head, 'I', 'I', 42, 0) || MediaSniffer.begins(head, 'M', 'M', 0, 42);
    }

    /**
     * By the names of the first entries: office files are zip archives too, and so is much that is no archive of
     * files.
     */
    private static MediaType zip(String head, String name) {
        boolean office = false;
        int at = 0;
        for (int i = 0; i < NAMES_MAX && at >= 0; i++) {
            String entry = entry(head, at);
            if (entry.startsWith("word/")) {
                return MediaType.DOCX;
            } else if (entry.startsWith("xl/")) {
                return MediaType.XLSX;
            } else if (entry.equals("mimetype") || entry.startsWith("META-INF/") || entry.startsWith("ppt/")) {
                return MediaType.BINARY;
            }
            office |= entry.equals("[Content_Types].xml");
            at = head.indexOf("PK\u0003\u0004", at + 4);
        }
        if (office) {
            return name.endsWith(".xlsx") ? MediaType.XLSX : MediaType.DOCX;
        }
        return MediaType.ZIP;
    }

    private static String entry(String head, int at) {
        if (at + 30 > head.length()) {
            return "";
        }
        int length = head.charAt(at + 26) | head.charAt(at + 27) << 8;
        return head.substring(at + 30, Math.min(head.length(), at + 30 + Math.min(length, 256)));
    }
}
