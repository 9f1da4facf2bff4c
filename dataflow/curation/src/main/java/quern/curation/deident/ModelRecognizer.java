package quern.curation.deident;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import quern.curation.generation.Asking;
import quern.curation.generation.SpanQuestion;
import quern.curation.text.LetterCase;

/**
 * Asks a language model for identifiers, a few paragraphs at a time, and believes it where what it names stands in the
 * text letter for letter, as whole words, and can be of its kind. Each such place counts as surely found.
 */
public final class ModelRecognizer implements Recognizer {

    /** Above the least confidence that operators take for sure; below that of rules with a check digit or a label. */
    static final double CONFIDENCE = 0.75;

    private static final int PIECE_CHARS_MAX = 1600;
    private static final int SPAN_CHARS_MIN = 2;
    private static final int PLACES_MAX = 200;
    private static final String TASK = """
            You find everything in a text that identifies a person: names, addresses and places smaller than a state, \
            dates but for the year alone, ages over 89, telephone and fax numbers, mail and web addresses, numbers of \
            records, accounts, policies, licences, vehicles and devices. List each one exactly as the text writes it, \
            with its kind. Doses, findings, amounts of money and names of drugs, diseases or companies identify nobody.
            If there is nothing, the list is empty.""";
    /** Kinds that may be written without a digit. */
    private static final Set<IdentifierKind> WORDED = Set.of(IdentifierKind.NAME, IdentifierKind.ADDRESS,
            IdentifierKind.DATE, IdentifierKind.AGE, IdentifierKind.PHONE, IdentifierKind.EMAIL, IdentifierKind.URL);

    private final SpanQuestion question;

    /** @param kinds what is asked for */
    public ModelRecognizer(Asking asking, Set<IdentifierKind> kinds) {
        this.question = new SpanQuestion(asking, TASK, kinds.stream().sorted().map(IdentifierKind::key).toList());
    }

    @Override
    public Recognized find(String text, Consumer<String> notes) {
        List<Finding> found = new ArrayList<>();
        boolean whole = true;
        int from = 0;
        while (from < text.length()) {
            int to = pieceTo(text, from);
            String piece = text.substring(from, to);
            if (piece.chars().anyMatch(Character::isLetterOrDigit)) {
                Optional<List<SpanQuestion.Span>> spans = question.ask(piece, notes);
                whole &= spans.isPresent();
                for (SpanQuestion.Span span : spans.orElse(List.of())) {
                    places(piece, from, span, found);
                }
            }
            from = to;
        }
        return new Recognized(found, whole);
    }

    /** Behind the last empty line that is not too far, else behind a line or a word. */
    private static int pieceTo(String text, int from) {
        int most = from + PIECE_CHARS_MAX;
        if (most >= text.length()) {
            return text.length();
        }
        for (String end : new String[] {"\n\n", "\n", " "}) {
            int at = text.lastIndexOf(end, most - end.length());
            if (at > from) {
                return at + end.length();
            }
        }
        return Character.isLowSurrogate(text.charAt(most)) ? most - 1 : most;
    }

    private static void places(String piece, int offset, SpanQuestion.Span span, List<Finding> found) {
        IdentifierKind kind = IdentifierKind.of(span.kind());
        String text = span.text();
        if (!canBe(kind, text)) {
            return;
        }
        int at = piece.indexOf(text);
        for (int places = 0; at >= 0 && places < PLACES_MAX; places++) {
            int to = at + text.length();
            boolean inside = at > 0 && Character.isLetterOrDigit(piece.charAt(at - 1))
                    && Character.isLetterOrDigit(piece.charAt(at))
                    || to < piece.length() && Character.isLetterOrDigit(piece.charAt(to))
                    && Character.isLetterOrDigit(piece.charAt(to - 1));
            if (!inside) {
                found.add(new Finding(kind, offset + at, offset + to, CONFIDENCE));
            }
            at = piece.indexOf(text, to);
        }
    }

    private static boolean canBe(IdentifierKind kind, String text) {
        boolean digit = text.chars().anyMatch(Character::isDigit);
        boolean letter = text.chars().anyMatch(Character::isLetter);
        boolean word = letter && !NameWords.STOP.contains(LetterCase.lower(text));
        return text.length() >= SPAN_CHARS_MIN && (digit || word && WORDED.contains(kind));
    }
}
