package quern.curation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import quern.config.CurationConfig;

/**
 * The tracer's files of deduplicators: of the first clusters the kept sample and one that was dropped, as the
 * deduplicator saw them. They are found in the source once more, as far as it takes, and go through the mappers before
 * the deduplicator again, but for those that ask a model; where one is not in the source its id is given.
 */
final class DuplicateTraces {

    private final Pipeline pipeline;
    private final RecipeFiles.Tracing tracing;
    /** Of each operator: the kept sample's id, and that of the first sample it stands for. */
    private final Map<String, Map<String, String>> pairs = new LinkedHashMap<>();
    /** Samples by operator and id. */
    private final Map<String, Map<String, ObjectNode>> found = new HashMap<>();
    private final Set<String> wanted = new HashSet<>();
    private int left;

    private DuplicateTraces(Pipeline pipeline, RecipeFiles.Tracing tracing) {
        this.pipeline = pipeline;
        this.tracing = tracing;
    }

    /** Writes the files of a run whose {@link DuplicateLog} is complete. The source is left at any place. */
    static void write(Pipeline pipeline, RecipeFiles.Tracing tracing, SampleSource source, String start,
            Path directory, CurationConfig config) {
        if (tracing.samplesMax() == 0) {
            return;
        }
        DuplicateTraces traces = new DuplicateTraces(pipeline, tracing);
        DuplicateLog.read(directory, traces::note);
        if (traces.left > 0) {
            source.seek(start);
            traces.find(new SourceInput(source, pipeline.recipe(), config.sampleMax().bytes()));
            traces.writeTo(directory);
        }
    }

    private void note(DuplicateLog.Entry entry) {
        int use = entry.operator().indexOf('#');
        Map<String, String> ofOperator = pairs.computeIfAbsent(entry.operator(), _ -> new LinkedHashMap<>());
        boolean isTraced = tracing.covers(use < 0 ? entry.operator() : entry.operator().substring(0, use));
        boolean hasRoom = ofOperator.size() < tracing.samplesMax();
        if (isTraced && hasRoom && ofOperator.putIfAbsent(entry.standsFor(), entry.sampleId()) == null) {
            want(entry.operator(), entry.standsFor());
            want(entry.operator(), entry.sampleId());
        }
    }

    private void want(String operator, String id) {
        wanted.add(id);
        left += found.computeIfAbsent(operator, _ -> new HashMap<>()).containsKey(id) ? 0 : 1;
        found.get(operator).put(id, null);
    }

    private void find(SourceInput input) {
        for (StageInput.Item item = input.next(); item != null && left > 0; item = input.next()) {
            if (item instanceof StageInput.Live live && mayHoldOne(live.draft().sample())) {
                through(live.draft());
            }
        }
    }

    /** A sample's own id or that of a part of it. */
    private boolean mayHoldOne(quern.ingest.Sample sample) {
        if (wanted.contains(sample.id())) {
            return true;
        }
        String document = sample.documentId() + "@";
        return wanted.stream().filter(id -> id.startsWith(document)).anyMatch(id -> {
            String[] place = id.substring(document.length()).split("-");
            return place.length == 2 && Long.parseLong(place[0]) >= sample.from()
                    && Long.parseLong(place[1]) <= sample.to();
        });
    }

    private void through(Draft draft) {
        List<Draft> drafts = List.of(draft);
        for (Stage.Labelled step : Stage.labelled(pipeline)) {
            if (step.operator() instanceof Deduplicator && found.containsKey(step.label())) {
                drafts.forEach(one -> take(found.get(step.label()), one));
            } else if (step.operator() instanceof Mapper mapper && !mapper.waits()) {
                List<Draft> made = new ArrayList<>();
                drafts.forEach(one -> made.addAll(mapper.apply(one)));
                drafts = made;
            }
        }
    }

    private void take(Map<String, ObjectNode> samples, Draft draft) {
        String id = draft.sample().id();
        if (samples.containsKey(id) && samples.get(id) == null) {
            samples.put(id, draft.fields().deepCopy());
            left--;
        }
    }

    private void writeTo(Path directory) {
        pairs.forEach((operator, ofOperator) -> {
            ByteArrayOutputStream lines = new ByteArrayOutputStream();
            ofOperator.forEach((kept, dropped) -> {
                ObjectNode line = Json.object();
                line.set("dup1", sample(operator, kept));
                line.set("dup2", sample(operator, dropped));
                lines.writeBytes(Json.line(line));
            });
            if (lines.size() > 0) {
                Json.writeAtomically(directory.resolve(Batch.traceFile("duplicate", operator)), lines.toByteArray());
            }
        });
    }

    private ObjectNode sample(String operator, String id) {
        ObjectNode sample = found.get(operator).get(id);
        return sample == null ? Json.object().put("id", id) : sample;
    }
}
