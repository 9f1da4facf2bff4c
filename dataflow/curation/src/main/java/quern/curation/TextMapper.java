package quern.curation;

import java.util.List;

/** A mapper from text to text. */
public interface TextMapper extends Mapper {

    /** Field that holds the text; a dotted path. */
    String textKey();

    /** @return the new text; the same object where nothing changed */
    String map(String text);

    @Override
    default List<Draft> apply(Draft draft) {
        String before = draft.text(textKey());
        String after = map(before);
        if (after != before) {
            draft.setText(textKey(), after);
        }
        return List.of(draft);
    }
}
