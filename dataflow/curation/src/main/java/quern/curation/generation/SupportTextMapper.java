package quern.curation.generation;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import quern.curation.Draft;
import quern.curation.FieldPath;
import quern.curation.Mapper;
import quern.curation.TextGenerator.Message;

/**
 * Finds the part of the text that a summary is about.
 *
 * <p>Recipe key {@code extract_support_text_mapper}. The summary is the meta field {@code event_description}, the
 * result the meta field {@code support_text}. As in Data-Juicer the result is the summary itself where there is no
 * usable answer; where the answer is not in the text, white space aside, it is asked for again, and the report notes
 * it. A sample without a summary is left alone, and noted.
 *
 * @param input with places for {@code {text}} and {@code {summary}}
 */
public record SupportTextMapper(Asking asking, String textKey, String summaryKey, String supportKey, String prompt,
        Template input, boolean dropText) implements Mapper {

    @Override
    public String name() {
        return "extract_support_text_mapper";
    }

    @Override
    public boolean waits() {
        return true;
    }

    @Override
    public List<Draft> apply(Draft draft) {
        JsonNode found = FieldPath.get(draft.fields(), Draft.META + "." + summaryKey);
        JsonNode summary = found != null ? found : FieldPath.get(draft.fields(), summaryKey);
        if (summary == null || !summary.isTextual()) {
            draft.note("no summary");
            return List.of(draft);
        }
        String text = draft.text(textKey);
        Passage passage = new Passage(text);
        String filled = input.fill(place -> place.equals("summary") ? summary.textValue() : text);
        String support = asking.json(draft, List.of(Message.system(prompt), Message.user(filled)),
                Schemas.object("quotation", Schemas.passage()), answer -> {
                    Passage.Quotation quotation = passage.find(
                            AnswerJson.text(AnswerJson.object(answer), "quotation"));
                    if (quotation == null) {
                        throw new UnusableAnswer("quotation is not in the text");
                    }
                    return text.substring(quotation.from(), quotation.to());
                }).orElse(summary.textValue());
        draft.meta().put(supportKey, support);
        if (dropText) {
            draft.fields().remove(textKey);
        }
        return List.of(draft);
    }
}
