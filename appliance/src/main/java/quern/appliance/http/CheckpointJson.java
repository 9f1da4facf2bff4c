package quern.appliance.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import quern.kv.journal.JobEvent;
import quern.kv.journal.JobRecord;

/** Checkpoints of a tuning as OpenAI lists them. */
final class CheckpointJson {

    private CheckpointJson() {}

    /** One the run goes on from; it is overwritten by the next one and served to nobody. */
    static ObjectNode of(JobRecord job, JobEvent saved) {
        JsonNode detail = Json.parse(saved.detailJson().getBytes(StandardCharsets.UTF_8));
        int step = detail.path("checkpoint_step").asInt();
        ObjectNode node = Json.object().put("id", "ftckpt-" + job.id() + "-" + step)
                .put("object", "fine_tuning.job.checkpoint").put("created_at", saved.atMs() / 1000)
                .put("fine_tuning_job_id", job.id()).putNull("fine_tuned_model_checkpoint").put("step_number", step);
        node.putObject("metrics").put("step", step).set("train_loss", detail.path("train_loss"));
        return node;
    }

    /** The one that passed its gate. @param result of the job */
    static ObjectNode of(JobRecord job, JsonNode result) {
        ObjectNode node = Json.object().put("id", "ftckpt-" + job.id()).put("object", "fine_tuning.job.checkpoint")
                .put("created_at", job.finishedAtMs().orElse(job.updatedAtMs()) / 1000)
                .put("fine_tuning_job_id", job.id())
                .put("fine_tuned_model_checkpoint", result.path("fine_tuned_model").asText())
                .put("step_number", result.path("trained_steps").asInt());
        node.putObject("metrics").put("step", result.path("trained_steps").asInt())
                .set("full_valid_loss", result.path("gate").path("tuned_held_out_loss"));
        return node;
    }
}
