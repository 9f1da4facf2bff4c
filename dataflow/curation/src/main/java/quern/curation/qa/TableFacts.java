package quern.curation.qa;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import quern.curation.text.LetterCase;

/** What a table row says: each cell is the property its column names, of what the first cell names that is no
 * number. */
final class TableFacts {

    /** @param span where the value stands in the text */
    record Cell(String value, Span span) {}

    private static final Set<String> PROPERTY_NAMES = Set.of("property", "attribute", "key", "field", "parameter",
            "feature", "label", "characteristic");
    private static final Set<String> VALUE_NAMES = Set.of("value", "values", "setting", "content", "answer");

    private TableFacts() {}

    /** @param subject what the whole table is about; may be empty */
    static List<Fact> of(List<String> names, List<Cell> cells, String subject) {
        List<Fact> facts = new ArrayList<>();
        int width = Math.min(names.size(), cells.size());
        int property = indexIn(names, PROPERTY_NAMES);
        int value = indexIn(names, VALUE_NAMES);
        if (property >= 0 && value >= 0 && property < width && value < width) {
            int item = width == 3 ? 3 - property - value : -1;
            String of = item >= 0 ? cells.get(item).value() : subject;
            add(facts, of, cells.get(property).value(), cells.get(value));
        } else if (width == 2 && !subject.isEmpty() && !isNumber(cells.get(0).value())) {
            add(facts, subject, cells.get(0).value(), cells.get(1));
        } else {
            int label = width > 1 && isNumber(cells.get(0).value()) ? 1 : 0;
            for (int i = label + 1; i < width; i++) {
                add(facts, cells.get(label).value(), names.get(i), cells.get(i));
            }
        }
        return facts;
    }

    private static void add(List<Fact> facts, String subject, String property, Cell cell) {
        if (!subject.isBlank() && !property.isBlank() && !cell.value().isBlank() && cell.span() != null) {
            facts.add(new Fact(Fact.Kind.PROPERTY, subject, property, cell.span()));
        }
    }

    private static int indexIn(List<String> names, Set<String> wanted) {
        for (int i = 0; i < names.size(); i++) {
            if (wanted.contains(LetterCase.lower(names.get(i)))) {
                return i;
            }
        }
        return -1;
    }

    private static boolean isNumber(String value) {
        return value.matches("[\\d.,\\s%-]+");
    }
}
