package quern.curation.library;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import quern.curation.Arguments;
import quern.curation.Operator;
import quern.curation.OperatorSpec;
import quern.curation.augment.Augmentation;
import quern.curation.augment.ChineseAugmentation;
import quern.curation.augment.EnglishAugmentation;
import quern.curation.chinese.ScriptConversion;
import quern.curation.filter.TextActionFilter;
import quern.curation.grammar.ActionCounter;
import quern.curation.mapper.AugmentMapper;
import quern.curation.mapper.ChineseConvertMapper;
import quern.curation.mapper.SentenceSplitMapper;
import quern.curation.text.SentenceBreaks;

/** Operators that know a language: sentences, verbs, Chinese scripts, augmentation. */
final class LanguageSpecs {

    private static final int VARIANTS_MAX = 1000;

    private LanguageSpecs() {}

    static List<OperatorSpec> all() {
        return List.of(
                new SpecBuilder("chinese_convert_mapper").text("mode", "s2t").make(LanguageSpecs::convert),
                new SpecBuilder("sentence_split_mapper").text("lang", "en").make(LanguageSpecs::sentences),
                new SpecBuilder("text_action_filter").text("lang", "en").number("min_action_num", 1)
                        .make(LanguageSpecs::actions),
                augmentation("nlpaug_en_mapper", List.of(EnglishAugmentation.values())),
                augmentation("nlpcda_zh_mapper", List.of(ChineseAugmentation.values())));
    }

    private static Operator convert(Arguments arguments) {
        ScriptConversion conversion = ScriptConversion.named(arguments.text("mode"));
        if (conversion == null) {
            throw new IllegalArgumentException("mode is '" + arguments.text("mode") + "', expected one of "
                    + String.join(" ", Arrays.stream(ScriptConversion.values())
                            .map(one -> one.name().toLowerCase(java.util.Locale.ROOT)).toList()));
        }
        return new ChineseConvertMapper(arguments.textKey(), conversion);
    }

    private static Operator sentences(Arguments arguments) {
        SentenceBreaks breaks = SentenceBreaks.of(arguments.text("lang"));
        if (breaks == null) {
            throw new IllegalArgumentException("lang is '" + arguments.text("lang") + "', expected one of "
                    + String.join(" ", new TreeSet<>(SentenceBreaks.languages())));
        }
        return new SentenceSplitMapper(arguments.textKey(), breaks);
    }

    private static Operator actions(Arguments arguments) {
        ActionCounter counter = ActionCounter.of(arguments.text("lang"));
        if (counter == null) {
            throw new IllegalArgumentException("lang is '" + arguments.text("lang") + "', expected en or zh");
        }
        return new TextActionFilter(arguments.textKey(),
                arguments.interval(arguments.number("min_action_num"), SpecBuilder.UNLIMITED), counter);
    }

    private static OperatorSpec augmentation(String name, List<Augmentation> known) {
        SpecBuilder spec = new SpecBuilder(name).bool("sequential", false).whole("aug_num", 1)
                .bool("keep_original_sample", true);
        known.forEach(method -> spec.bool(method.key(), false));
        return spec.make(a -> {
            List<Augmentation> methods = new ArrayList<>(known);
            methods.removeIf(method -> !a.bool(method.key()));
            return new AugmentMapper(name, a.textKey(), methods, a.bool("sequential"),
                    a.whole("aug_num", 1, VARIANTS_MAX), a.bool("keep_original_sample"));
        });
    }
}
