package quern.appliance.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import quern.actors.Caller;
import quern.curation.DatasetManifest;
import quern.curation.DatasetSource;
import quern.curation.RunReport;
import quern.curation.SampleSource;
import quern.curation.report.ReportPage;
import quern.kv.DataDirectory;
import quern.kv.journal.DatasetRecord;
import quern.kv.journal.RecordKind;
import quern.kv.journal.Taint;
import quern.kv.journal.TombstoneRecord;

/** Datasets with their manifests and samples: {@code /v1/datasets}. */
public final class DatasetRoutes {

    private static final int LIMIT_MAX = 1000;

    private final JobDesk desk;
    private final DataDirectory data;

    public DatasetRoutes(JobDesk desk, DataDirectory data) {
        this.desk = desk;
        this.data = data;
    }

    public List<Route> routes() {
        return List.of(
                Route.of("GET", "/v1/datasets", Access.KEY, this::list),
                Route.of("GET", "/v1/datasets/{id}", Access.KEY, this::show),
                Route.of("GET", "/v1/datasets/{id}/report", Access.KEY, this::report),
                Route.of("GET", "/v1/datasets/{id}/samples", Access.KEY, this::samples));
    }

    private CompletionStage<HttpResponse> list(Call call) {
        int limit = call.query("limit", 1, LIMIT_MAX, 100);
        String after = call.query("after").orElse("");
        return desk.read(() -> {
            Taint taint = desk.taint();
            return Json.ok(JobDesk.list(
                    desk.newest(RecordKind.DATASET, DatasetRecord.class, after, limit,
                                    dataset -> call.caller().sees(dataset.ownership().ownerKeyId()), DatasetRecord::id)
                            .stream().map(dataset -> json(dataset, taint)).toList(),
                    limit));
        });
    }

    private CompletionStage<HttpResponse> show(Call call) {
        String id = call.id("id");
        return desk.read(() -> {
            DatasetRecord dataset = dataset(call.caller(), id);
            Taint taint = desk.taint();
            ObjectNode node = json(dataset, taint);
            TaintJson.addDocuments(node, taint.ofDataset(dataset.id()));
            node.set("manifest", manifest(DatasetManifest.read(data.resolve(dataset.path()))));
            return Json.ok(node);
        });
    }

    /** The page where HTML is asked for, else the figures. */
    private CompletionStage<HttpResponse> report(Call call) {
        String id = call.id("id");
        boolean page = call.request().getHeader("Accept").map(header -> header.value().contains("text/html"))
                .orElse(false);
        return desk.read(() -> {
            Path directory = data.resolve(dataset(call.caller(), id).path());
            if (!Files.exists(directory.resolve(RunReport.FILE))) {
                throw ApiError.notFound("report_not_found", "dataset '" + id + "' has no report");
            }
            JsonNode figures = RunReport.figures(directory);
            return page ? Json.text("text/html; charset=UTF-8", ReportPage.of(figures)) : Json.ok(figures);
        });
    }

    private CompletionStage<HttpResponse> samples(Call call) {
        String id = call.id("id");
        int limit = call.query("limit", 1, LIMIT_MAX, 20);
        int from = call.query("from", 0, Integer.MAX_VALUE, 0);
        return desk.read(() -> {
            DatasetRecord dataset = dataset(call.caller(), id);
            ObjectNode body = Json.object().put("object", "list");
            var items = body.putArray("data");
            try (DatasetSource source = new DatasetSource(data.resolve(dataset.path()))) {
                int index = 0;
                SampleSource.Item item;
                while (items.size() < limit && (item = source.next()) != null) {
                    if (index++ >= from && item instanceof SampleSource.Read read) {
                        items.addObject()
                                .put("document_id", read.sample().documentId())
                                .put("from", read.sample().from())
                                .put("to", read.sample().to())
                                .set("sample", read.sample().fields());
                    }
                }
            }
            return Json.ok(body);
        });
    }

    private DatasetRecord dataset(Caller caller, String id) {
        return TombstoneRecord.dataset(desk.catalogue(), id)
                .filter(found -> caller.sees(found.ownership().ownerKeyId()))
                .orElseThrow(() -> ApiError.notFound("dataset_not_found", "no dataset '" + id + "'"));
    }

    private static ObjectNode json(DatasetRecord dataset, Taint taint) {
        ObjectNode node = Json.object()
                .put("id", dataset.id())
                .put("object", "dataset")
                .put("name", dataset.name())
                .put("fingerprint", dataset.fingerprint())
                .put("samples", dataset.samples())
                .put("bytes", dataset.bytes())
                .put("job_id", dataset.jobId())
                .put("tainted", !taint.ofDataset(dataset.id()).isEmpty())
                .put("created_at", dataset.createdAtMs() / 1000);
        dataset.ownership().labels().forEach(node.putArray("labels")::add);
        return node;
    }

    private static ObjectNode manifest(DatasetManifest manifest) {
        ObjectNode node = Json.object()
                .put("recipe_hash", manifest.recipeHash())
                .put("in", manifest.in())
                .put("made", manifest.made())
                .put("kept", manifest.kept());
        manifest.operators().forEach(node.putArray("operators")::add);
        node.set("dropped", Json.tree(manifest.dropped()));
        node.set("shards", Json.tree(manifest.shards()));
        node.put("documents", manifest.documentIds().size());
        return node;
    }
}
