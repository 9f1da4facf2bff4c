package quern.curation.generation;

import java.util.List;
import quern.curation.Draft;
import quern.curation.Mapper;
import quern.curation.TextGenerator.Message;

/**
 * Has a variant of the text written into another field.
 *
 * <p>Recipe key {@code sentence_augmentation_mapper}. Data-Juicer empties both fields where {@code task_sentence} is
 * missing; here the recipe is refused, and so it is without {@code text_key_second}. Without a usable answer the field
 * is an empty text, and the report notes it.
 *
 * @param task what is to be done with the sentence
 * @param toKey where the variant goes
 */
public record SentenceAugmentationMapper(Asking asking, String textKey, String toKey, String prompt, String task)
        implements Mapper {

    @Override
    public String name() {
        return "sentence_augmentation_mapper";
    }

    @Override
    public boolean waits() {
        return true;
    }

    @Override
    public List<Draft> apply(Draft draft) {
        String text = draft.text(textKey);
        List<Message> messages = List.of(Message.system(prompt),
                Message.user("Here is a sentence: \"" + text + "\". " + task));
        String variant = asking.text(draft, messages, answer -> Quotes.without(answer.text())).orElse("");
        if (toKey.equals(textKey)) {
            draft.setText(toKey, variant);
        } else {
            draft.setField(toKey, variant);
        }
        return List.of(draft);
    }
}
