package quern.curation.library;

import java.nio.file.Path;
import java.util.List;
import quern.curation.Arguments;
import quern.curation.Grouper;
import quern.curation.OperatorSpec;
import quern.curation.Parameter;
import quern.curation.grouper.ListGrouper;
import quern.curation.grouper.ReverseGrouper;

/** The groupers, and the operator that stands for a list of others, with Data-Juicer's parameters and defaults. */
final class GroupSpecs {

    private GroupSpecs() {}

    static List<OperatorSpec> all() {
        return List.of(
                new SpecBuilder("naive_grouper").make(_ ->
                        new ListGrouper("naive_grouper", Grouper.Together.TOGETHER)),
                new SpecBuilder("key_value_grouper").texts("group_by_keys", List.of()).make(GroupSpecs::byKeys),
                new SpecBuilder("naive_reverse_grouper")
                        .with("batch_meta_export_path", Parameter.Kind.TEXT_OR_NOTHING, null)
                        .make(a -> new ReverseGrouper(path(a.text("batch_meta_export_path")))),
                new SpecBuilder("general_fused_op").with("fused_op_list", Parameter.Kind.STEPS, List.of())
                        .make(_ -> {
                            throw new IllegalArgumentException("takes the place of its operators in the recipe");
                        }));
    }

    private static Grouper byKeys(Arguments arguments) {
        List<String> keys = arguments.texts("group_by_keys");
        return new ListGrouper("key_value_grouper",
                new Grouper.By(keys.isEmpty() ? List.of(arguments.textKey()) : keys));
    }

    private static Path path(String given) {
        return given == null || given.isEmpty() ? null : Path.of(given);
    }
}
