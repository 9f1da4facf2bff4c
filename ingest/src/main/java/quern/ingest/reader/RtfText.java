package quern.ingest.reader;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import quern.ingest.LimitExceeded;
import quern.ingest.Unreadable;

/**
 * The text of an RTF file (version 1.9.1): paragraphs, and a table's row as a line with cells between bars. Pictures,
 * objects, headers, footers, tables of fonts and styles, and destinations it does not know are passed over. Bytes are
 * read in the code page of their font.
 */
final class RtfText {

    private static final int DEPTH_MAX = 2_000;
    private static final Set<String> SKIPPED = Set.of("colortbl", "stylesheet", "info", "pict", "object", "header",
            "headerl", "headerr", "headerf", "footer", "footerl", "footerr", "footerf", "themedata", "datastore",
            "listtable", "listoverridetable", "rsidtbl", "generator", "latentstyles", "fldinst", "xmlnstbl", "filetbl",
            "revtbl", "bkmkstart", "bkmkend", "annotation", "atnid", "atnauthor", "nonshppict", "listtext", "pntext");

    /** What a group inherits and gives back at its end. */
    private record State(boolean skipped, boolean inFonts, int font, int unicodeSkip) {}

    private final byte[] rtf;
    private final long charactersMax;
    private final StructuredText out = new StructuredText();
    private final Deque<State> groups = new ArrayDeque<>();
    private final Map<Integer, Charset> fonts = new HashMap<>();
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private State state = new State(false, false, -1, 1);
    private Charset ansi = Charset.forName("windows-1252");
    private int at;
    private int toSkip;
    private int cells;
    private long characters;
    private boolean starred;

    private RtfText(byte[] rtf, long charactersMax) {
        this.rtf = rtf;
        this.charactersMax = charactersMax;
    }

    static String textOf(byte[] rtf, ReadLimits limits) throws Unreadable, LimitExceeded {
        var text = new RtfText(rtf, limits.documentBytesMax());
        text.read();
        return text.out.toString();
    }

    private void read() throws Unreadable, LimitExceeded {
        while (at < rtf.length) {
            byte c = rtf[at++];
            switch (c) {
                case '{' -> open();
                case '}' -> close();
                case '\\' -> control();
                case '\r', '\n', 0 -> { }
                default -> take(c);
            }
        }
        flush();
    }

    private void open() throws Unreadable, LimitExceeded {
        flush();
        if (groups.size() == DEPTH_MAX) {
            throw new Unreadable("nested too deeply");
        }
        groups.push(state);
        starred = false;
        toSkip = 0;
    }

    private void close() throws LimitExceeded {
        flush();
        state = groups.isEmpty() ? state : groups.pop();
        starred = false;
        toSkip = 0;
    }

    /** A byte of text in the font's code page. */
    private void take(byte value) throws LimitExceeded {
        starred = false;
        if (toSkip > 0) {
            toSkip--;
        } else if (!state.skipped() && !state.inFonts()) {
            bytes.write(value);
            if (bytes.size() > charactersMax) {
                throw new LimitExceeded("text larger than document-max");
            }
        }
    }

    private void add(String run) throws LimitExceeded {
        characters += run.length();
        if (characters > charactersMax) {
            throw new LimitExceeded("text larger than document-max");
        }
        out.inline(run);
    }

    private void flush() throws LimitExceeded {
        if (bytes.size() > 0) {
            add(bytes.toString(fonts.getOrDefault(state.font(), ansi)));
            bytes.reset();
        }
    }

    private void control() throws LimitExceeded {
        if (at >= rtf.length) {
            return;
        }
        byte c = rtf[at];
        if (c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z') {
            word();
            return;
        }
        at++;
        switch (c) {
            case '\'' -> {
                int high = at < rtf.length ? Character.digit(rtf[at], 16) : -1;
                int low = at + 1 < rtf.length ? Character.digit(rtf[at + 1], 16) : -1;
                if (high >= 0 && low >= 0) {
                    at += 2;
                    take((byte) (high << 4 | low));
                }
            }
            case '*' -> starred = true;
            case '~' -> take((byte) ' ');
            case '_' -> take((byte) '-');
            case '\\', '{', '}' -> take(c);
            case '\r', '\n' -> apply("par", 0, false);
            default -> { }
        }
    }

    private void word() throws LimitExceeded {
        int from = at;
        while (at < rtf.length && at - from < 32 && Character.isLetter((char) (rtf[at] & 0x7F)) && rtf[at] > 0) {
            at++;
        }
        String word = new String(rtf, from, at - from, StandardCharsets.US_ASCII);
        boolean negative = at < rtf.length && rtf[at] == '-';
        at += negative ? 1 : 0;
        long value = 0;
        int digits = at;
        while (at < rtf.length && rtf[at] >= '0' && rtf[at] <= '9') {
            value = Math.min(Integer.MAX_VALUE, value * 10 + rtf[at++] - '0');
        }
        boolean given = at > digits;
        if (at < rtf.length && rtf[at] == ' ') {
            at++;
        }
        apply(word, (int) (negative ? -value : value), given);
    }

    private void apply(String word, int value, boolean given) throws LimitExceeded {
        boolean unknownDestination = starred && !word.equals("shppict");
        starred = false;
        switch (word) {
            case "bin" -> at = (int) Math.min(rtf.length, (long) at + Math.max(0, value));
            case "u" -> unicode((char) value);
            case "uc" -> state = new State(state.skipped(), state.inFonts(), state.font(), Math.clamp(value, 0, 16));
            case "ansicpg" -> ansi = charset("windows-" + value, charset("x-windows-" + value, ansi));
            case "mac" -> ansi = charset("x-MacRoman", ansi);
            case "pc" -> ansi = charset("IBM437", ansi);
            case "fonttbl" -> state = new State(state.skipped(), true, state.font(), state.unicodeSkip());
            case "f" -> {
                flush();
                state = new State(state.skipped(), state.inFonts(), value, state.unicodeSkip());
            }
            case "fcharset" -> fonts.put(state.font(), ofFont(value));
            case "tab", "emspace", "enspace", "qmspace" -> take((byte) ' ');
            case "emdash", "endash", "lquote", "rquote", "ldblquote", "rdblquote", "bullet" -> sign(word);
            default -> {
                if (SKIPPED.contains(word) || unknownDestination) {
                    state = new State(true, state.inFonts(), state.font(), state.unicodeSkip());
                } else if (!state.skipped()) {
                    breakAt(word);
                }
            }
        }
    }

    private void sign(String word) throws LimitExceeded {
        flush();
        if (!state.skipped()) {
            add(switch (word) {
                case "emdash" -> "\u2014";
                case "endash" -> "\u2013";
                case "lquote" -> "\u2018";
                case "rquote" -> "\u2019";
                case "ldblquote" -> "\u201C";
                case "rdblquote" -> "\u201D";
                default -> "\u2022";
            });
        }
    }

    private void unicode(char unit) throws LimitExceeded {
        flush();
        if (!state.skipped() && !state.inFonts()) {
            add(String.valueOf(unit));
        }
        toSkip = state.unicodeSkip();
    }

    private void breakAt(String word) throws LimitExceeded {
        switch (word) {
            case "par", "sect", "page", "column" -> {
                flush();
                if (cells == 0) {
                    out.endBlock();
                } else {
                    out.inline(" ");
                }
            }
            case "line" -> {
                flush();
                out.lineBreak();
            }
            case "cell", "nestcell" -> {
                flush();
                out.inline(" | ");
                cells++;
            }
            case "row", "nestrow" -> {
                flush();
                out.endRow();
                cells = 0;
            }
            default -> { }
        }
    }

    private Charset ofFont(int code) {
        return switch (code) {
            case 128 -> charset("windows-31j", ansi);
            case 129 -> charset("x-windows-949", ansi);
            case 134 -> charset("GBK", ansi);
            case 136 -> charset("x-windows-950", ansi);
            case 161 -> charset("windows-1253", ansi);
            case 162 -> charset("windows-1254", ansi);
            case 163 -> charset("windows-1258", ansi);
            case 177 -> charset("windows-1255", ansi);
            case 178 -> charset("windows-1256", ansi);
            case 186 -> charset("windows-1257", ansi);
            case 204 -> charset("windows-1251", ansi);
            case 222 -> charset("x-windows-874", ansi);
            case 238 -> charset("windows-1250", ansi);
            default -> ansi;
        };
    }

    private static Charset charset(String name, Charset otherwise) {
        return Charset.isSupported(name) ? Charset.forName(name) : otherwise;
    }
}
