package quern.system;

import de.kherud.llama.InferenceParameters;
import de.kherud.llama.LlamaModel;
import de.kherud.llama.ModelParameters;
import de.kherud.llama.args.CacheType;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/**
 * A process of its own in which llama.cpp continues prompts greedily: its library ends the process on some files, and
 * does not end with it on others. Arguments: how many tokens to add, then for each model one of lines: its file (behind
 * a tab that of an adapter) and its prompts. Answers are lines {@code OUT <text in base64> <prompt's ids>}.
 */
final class LlamaCpp {

    private LlamaCpp() {}

    public static void main(String[] arguments) {
        try {
            for (String request : Arrays.asList(arguments).subList(1, arguments.length)) {
                run(Integer.parseInt(arguments[0]), request.split("\n"));
            }
        } catch (UnsatisfiedLinkError | ExceptionInInitializerError | NoClassDefFoundError absent) {
            System.out.println("ABSENT " + absent);
        } catch (RuntimeException refused) {
            System.out.println("REFUSED " + refused);
        }
        System.out.flush();
        // Its threads outlive the model.
        Runtime.getRuntime().halt(0);
    }

    private static void run(int tokens, String[] request) {
        String[] files = request[0].split("\t");
        var parameters = new ModelParameters().setModel(files[0]).setCtxSize(256).setThreads(1)
                .setCacheTypeK(CacheType.F32).setCacheTypeV(CacheType.F32).disableLog();
        if (files.length > 1) {
            parameters.addLoraAdapter(files[1]);
        }
        @SuppressWarnings("resource")
        var model = new LlamaModel(parameters);
        for (String prompt : Arrays.asList(request).subList(1, request.length)) {
            String text = model.complete(new InferenceParameters(prompt).setTemperature(0f).setIgnoreEos(true)
                    .setNPredict(tokens).setCachePrompt(false));
            String ids = Arrays.toString(model.encode(prompt)).replace(" ", "");
            System.out.println("OUT " + Base64.getEncoder()
                    .encodeToString(text.getBytes(StandardCharsets.UTF_8)) + " " + ids);
        }
    }
}
