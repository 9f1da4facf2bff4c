package quern.benchmarks.letters;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Writes one letter of a template: {@code {a|b}} is one of both, {@code {?a}} is there or not, {@code {@kind a}} is
 * planted, {@code {pad 20}} fills the line with spaces up to a column, {@code {slot}} is what {@link CareCase} says.
 */
final class CareText {

    private static final char KIND = '\u0001';
    private static final char FROM = '\u0002';
    private static final char TO = '\u0003';

    private enum Letters { AS_WRITTEN, LOWER, UPPER }

    private final CareCase facts;
    private final Random random;
    private final boolean scanned;
    private final boolean typeset;
    private final Letters letters;
    private final StringBuilder text = new StringBuilder();
    private final List<Letter.Planted> planted = new ArrayList<>();
    private boolean inside;

    CareText(CareCase facts, Random random) {
        this.facts = facts;
        this.random = random;
        this.scanned = random.nextInt(12) == 0;
        this.typeset = random.nextInt(14) == 0;
        int form = random.nextInt(30);
        this.letters = form < 2 ? Letters.LOWER : form < 4 ? Letters.UPPER : Letters.AS_WRITTEN;
    }

    /** A value that identifies somebody, to be returned by those who write slots. */
    static String mark(String kind, String value) {
        return KIND + kind + FROM + value + TO;
    }

    void render(String markup) {
        int i = 0;
        while (i < markup.length()) {
            char c = markup.charAt(i);
            if (c == '{') {
                int end = close(markup, i);
                handle(markup.substring(i + 1, end));
                i = end + 1;
            } else {
                text.append(c == '¦' ? '|' : c);
                i++;
            }
        }
    }

    void endLine() {
        text.append('\n');
    }

    private static int close(String markup, int open) {
        int depth = 0;
        for (int i = open; i < markup.length(); i++) {
            char c = markup.charAt(i);
            depth += c == '{' ? 1 : c == '}' ? -1 : 0;
            if (depth == 0) {
                return i;
            }
        }
        throw new IllegalStateException("no end of " + markup.substring(open));
    }

    private void handle(String inner) {
        if (inner.startsWith("?")) {
            if (random.nextInt(9) < 5) {
                render(inner.substring(1));
            }
            return;
        }
        List<String> choices = choices(inner);
        if (choices.size() > 1) {
            render(choices.get(random.nextInt(choices.size())));
        } else if (inner.startsWith("@")) {
            int space = inner.indexOf(' ');
            int from = text.length();
            boolean before = inside;
            inside = true;
            render(inner.substring(space + 1));
            inside = before;
            plant(inner.substring(1, space), from);
        } else if (inner.startsWith("pad ")) {
            int lineFrom = text.lastIndexOf("\n") + 1;
            int spaces = Integer.parseInt(inner.substring(4)) - (text.length() - lineFrom);
            text.repeat(' ', Math.max(1, spaces));
        } else {
            String value = facts.write(inner);
            if (value == null) {
                throw new IllegalStateException("no slot " + inner);
            }
            marked(value);
        }
    }

    private static List<String> choices(String inner) {
        List<String> choices = new ArrayList<>();
        int depth = 0;
        int from = 0;
        for (int i = 0; i < inner.length(); i++) {
            char c = inner.charAt(i);
            depth += c == '{' ? 1 : c == '}' ? -1 : 0;
            if (c == '|' && depth == 0) {
                choices.add(inner.substring(from, i));
                from = i + 1;
            }
        }
        choices.add(inner.substring(from));
        return choices;
    }

    private void marked(String value) {
        int i = 0;
        while (i < value.length()) {
            int kind = value.indexOf(KIND, i);
            if (kind < 0) {
                text.append(value, i, value.length());
                return;
            }
            text.append(value, i, kind);
            int open = value.indexOf(FROM, kind);
            int end = value.indexOf(TO, open);
            String name = value.substring(kind + 1, open);
            int from = text.length();
            text.append(handled(name, value.substring(open + 1, end)));
            plant(name, from);
            i = end + 1;
        }
    }

    private void plant(String kind, int from) {
        if (!inside) {
            planted.add(new Letter.Planted(kind, from, text.length()));
        }
    }

    /** What scanning and typesetting make of a number. */
    private String handled(String kind, String value) {
        if (kind.equals("url") || kind.equals("email") || kind.equals("ip") || kind.equals("name")) {
            return value;
        }
        if (typeset && random.nextInt(3) == 0 && !value.contains("\n")) {
            return random.nextBoolean() ? value.replace('-', '\u2011') : value.replace(' ', '\u00a0');
        }
        if (scanned && random.nextInt(2) == 0) {
            for (int i = 1; i < value.length() - 1; i++) {
                if ("/-.".indexOf(value.charAt(i)) >= 0 && Character.isDigit(value.charAt(i - 1))
                        && Character.isDigit(value.charAt(i + 1))) {
                    return value.substring(0, i) + (random.nextBoolean() ? " " : "") + value.charAt(i) + " "
                            + value.substring(i + 1);
                }
            }
        }
        return value;
    }

    /** Line ends in place of spaces, so that no offset moves. */
    void wrap(int columns) {
        int lineFrom = 0;
        int space = -1;
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '\n') {
                lineFrom = i + 1;
                space = -1;
            } else if (text.charAt(i) == ' ') {
                space = i;
            }
            if (i - lineFrom >= columns && space > lineFrom) {
                text.setCharAt(space, '\n');
                lineFrom = space + 1;
                space = -1;
            }
        }
    }

    Letter letter() {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            text.setCharAt(i, switch (letters) {
                case AS_WRITTEN -> c;
                case LOWER -> Character.toLowerCase(c);
                case UPPER -> Character.toUpperCase(c);
            });
        }
        return new Letter(text.toString(), List.copyOf(planted));
    }
}
