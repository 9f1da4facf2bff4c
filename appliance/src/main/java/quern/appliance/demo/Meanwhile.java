package quern.appliance.demo;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Asks a model for stories while it is tuned, and compares time and answers with those it gave alone. */
final class Meanwhile {

    private static final List<String> SUBJECTS = List.of("a fox", "an old clock", "the sea", "two brothers");
    private static final int TOKENS = 32;
    private static final double MOST = 0.95;

    private final DemoServer server;
    private final String model;
    private final Latency alone = new Latency();
    private final Latency during = new Latency();
    private final List<DemoServer.Answer> expected = new ArrayList<>();
    private int different;

    private Meanwhile(DemoServer server, String model) {
        this.server = server;
        this.model = model;
    }

    /** Asks each story twice with nothing else to do; the first time warms the way. */
    static Meanwhile afterAskingAlone(DemoServer server, String model) throws IOException {
        Meanwhile meanwhile = new Meanwhile(server, model);
        for (int i = 0; i < SUBJECTS.size(); i++) {
            meanwhile.ask(i);
        }
        for (int i = 0; i < SUBJECTS.size(); i++) {
            DemoServer.Answer answer = meanwhile.ask(i);
            meanwhile.alone.add(answer);
            meanwhile.expected.add(answer);
        }
        return meanwhile;
    }

    private DemoServer.Answer ask(int subject) throws IOException {
        String text = "Tell me a story about " + SUBJECTS.get(subject) + ".";
        return server.chat(model, List.of(Map.of("role", "user", "content", text)), TOKENS);
    }

    /** Asks for the next story. */
    void askOne() throws IOException {
        int subject = during.answers() % SUBJECTS.size();
        DemoServer.Answer answer = ask(subject);
        during.add(answer);
        DemoServer.Answer before = expected.get(subject);
        if (!before.text().equals(answer.text()) || !before.logprobs().equals(answer.logprobs())) {
            different++;
        }
    }

    /** Whether each answer was, bit for bit, the one that the model gave alone. */
    boolean sameAnswers() {
        return different == 0;
    }

    void tell(DemoReport report) {
        if (during.answers() == 0) {
            return;
        }
        report.say("    meanwhile %d stories were asked of %s: %s", during.answers(), model, sameAnswers()
                ? "all equal, bit for bit, to those before" : different + " DIFFER from those before");
        report.say("    %.1f ms a token (%.1f alone), %.0f %% within %.1f ms (%.1f alone); first token %.0f ms "
                + "(%.0f alone)", during.paceMs(), alone.paceMs(), 100 * MOST, during.gapMs(MOST), alone.gapMs(MOST),
                during.firstTokenMs(), alone.firstTokenMs());
        report.summary("asked while it tuned", "%d answers; %.1f ms a token, %.1f alone", during.answers(),
                during.paceMs(), alone.paceMs());
        ObjectNode figures = report.figures().putObject("while_tuning").put("answers", during.answers())
                .put("equal", sameAnswers());
        put(figures.putObject("tuning"), during);
        put(figures.putObject("alone"), alone);
    }

    private static void put(ObjectNode figures, Latency latency) {
        figures.put("token_ms", latency.paceMs()).put("gap_ms_p95", latency.gapMs(MOST))
                .put("first_token_ms", latency.firstTokenMs());
    }
}
