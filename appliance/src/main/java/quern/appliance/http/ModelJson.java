package quern.appliance.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import quern.actors.models.AdapterImport;
import quern.actors.models.StagedModel;
import quern.kv.FileStamp;
import quern.kv.journal.ModelRecord;

/** Imported models as JSON, the same whether a server answers or the command line reads the directory itself. */
public final class ModelJson {

    private static final int FILES_MAX = 10_000;
    private static final int REMARKS_MAX = 10_000;

    private ModelJson() {}

    /**
     * @param packedBytes what its packed weights take
     * @param sharedBytes what of that other models hold too
     * @param places whether to say where the files are
     */
    public static ObjectNode of(
            ModelRecord record, long packedBytes, long sharedBytes, boolean served, boolean places) {
        ObjectNode node = Json.object().put("name", record.name()).put("object", "imported_model")
                .put("format", record.format()).put("architecture", record.architecture())
                .put("types", String.join(", ", record.types())).put("parameters", record.parameters())
                .put("context_tokens", record.contextTokens()).put("bytes", record.bytes())
                .put("packed_bytes", packedBytes).put("packed_shared_bytes", sharedBytes)
                .put("fingerprint", record.fingerprint()).put("linked", record.kept().isEmpty())
                .put("served", served).put("imported_at", record.importedAtMs() / 1000);
        if (places) {
            node.put("path", record.path());
        }
        record.remarks().forEach(node.putArray("ignored")::add);
        return node;
    }

    public static ObjectNode removed(String name) {
        return Json.object().put("id", name).put("object", "imported_model").put("deleted", true);
    }

    /** What became of adapters that were imported. */
    public static ObjectNode placed(List<AdapterImport.Placed> placed) {
        ObjectNode list = Json.object().put("object", "list");
        var items = list.putArray("data");
        placed.forEach(each -> {
            ObjectNode item = items.addObject().put("id", each.record().id()).put("object", "adapter")
                    .put("state", each.record().state().name().toLowerCase(Locale.ROOT))
                    .put("fingerprint", each.record().fingerprint()).put("added", each.added());
            each.aliases().forEach(item.putArray("aliases")::add);
            each.leftAliases().forEach(item.putArray("aliases_left")::add);
        });
        return list;
    }

    /** What {@link #staged(Fields)} reads. */
    public static ObjectNode of(StagedModel staged) {
        ObjectNode node = Json.object().put("name", staged.name()).put("path", staged.path().toString())
                .put("kept", staged.kept().orElse(null)).put("fingerprint", staged.fingerprint());
        var files = node.putArray("files");
        staged.files().forEach(stamp -> files.addObject().put("path", stamp.path()).put("bytes", stamp.bytes())
                .put("modified_ns", stamp.modifiedNs()).put("changed_ns", stamp.changedNs())
                .put("inode", stamp.inode()));
        staged.remarks().forEach(node.putArray("ignored")::add);
        return node;
    }

    static StagedModel staged(Fields fields) {
        List<FileStamp> stamps = new ArrayList<>();
        for (Fields file : fields.objects("files", FILES_MAX).orElseThrow(() -> fields.missing("files"))) {
            stamps.add(new FileStamp(file.requiredText("path"), number(file, "bytes"), number(file, "modified_ns"),
                    number(file, "changed_ns"), number(file, "inode")));
            file.refuseOthers();
        }
        var staged = new StagedModel(fields.requiredText("name"), path(fields), fields.text("kept"),
                fields.requiredText("fingerprint"), stamps, fields.texts("ignored", REMARKS_MAX));
        fields.refuseOthers();
        return staged;
    }

    private static long number(Fields fields, String field) {
        return fields.whole(field, Long.MIN_VALUE, Long.MAX_VALUE).orElseThrow(() -> fields.missing(field));
    }

    private static Path path(Fields fields) {
        try {
            return Path.of(fields.requiredText("path"));
        } catch (InvalidPathException e) {
            throw fields.invalid("path", "is no path");
        }
    }
}
