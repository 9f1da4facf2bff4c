package quern.curation.mapper;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import quern.curation.Draft;
import quern.curation.FieldPath;
import quern.curation.Mapper;
import quern.curation.augment.Augmentation;

/**
 * Makes variants of a text beside it.
 *
 * <p>Recipe keys {@code nlpaug_en_mapper} and {@code nlpcda_zh_mapper}. Each method makes {@code variants} texts, or in
 * sequence all methods together do. Variants equal to the text or to one another are left out and counted. Without a
 * method the sample is kept, or dropped with {@code keep_original_sample: false}. The methods are Quern's own, and the
 * random numbers follow from the text: a recipe run again makes the same samples.
 *
 * @param inSequence whether the methods are applied one after the other
 */
public record AugmentMapper(String name, String textKey, List<Augmentation> methods, boolean inSequence, int variants,
        boolean keepOriginal) implements Mapper {

    @Override
    public List<Draft> apply(Draft draft) {
        String text = draft.text(textKey);
        Set<String> made = new LinkedHashSet<>();
        List<List<Augmentation>> chains = inSequence && !methods.isEmpty() ? List.of(methods)
                : methods.stream().map(List::of).toList();
        int wanted = 0;
        for (int chain = 0; chain < chains.size(); chain++) {
            for (int i = 0; i < variants; i++, wanted++) {
                made.add(through(text, chains.get(chain), seed(text, chain, i)));
            }
        }
        made.remove(text);
        for (int i = made.size(); i < wanted; i++) {
            draft.note("variant equal to another");
        }
        List<Draft> drafts = new ArrayList<>();
        for (String variant : made) {
            ObjectNode fields = draft.fields().deepCopy();
            fields.remove(Draft.STATS);
            FieldPath.set(fields, textKey, JsonNodeFactory.instance.textNode(variant));
            drafts.add(draft.derive(fields, textKey, 0, text.length()));
        }
        if (keepOriginal) {
            drafts.addFirst(draft);
        }
        return drafts;
    }

    private static String through(String text, List<Augmentation> chain, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        String variant = text;
        for (Augmentation method : chain) {
            variant = method.once(variant, random);
        }
        return variant;
    }

    private static long seed(String text, int chain, int index) {
        long seed = 1125899906842597L;
        for (int i = 0; i < text.length(); i++) {
            seed = 31 * seed + text.charAt(i);
        }
        return seed * 1_000_003 + chain * 1009L + index;
    }

    @Override
    public String emptyReason() {
        return "no variant made and the original not kept";
    }
}
