package quern.curation.library;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import quern.curation.ModelNeededException;
import quern.curation.Arguments;
import quern.curation.Parameter;
import quern.curation.TextGenerator;
import quern.curation.TextGenerator.Sampling;
import quern.curation.generation.Asking;

/**
 * The parameters by which operators say which model they call, and how. {@code model} names one that is here: imported,
 * an adapter or an alias. Data-Juicer's own parameters do too where there is one of that name; for any other the served
 * one answers, and the report says so. An address elsewhere is refused, since nothing leaves this machine.
 */
final class ModelParameters {

    private static final Parameter.Kind TEXT = Parameter.Kind.TEXT_OR_NOTHING;
    private static final String MODEL = "model";
    private static final List<String> MODELS = List.of("api_model", "api_or_hf_model", "hf_model");
    private static final int TRIES_MAX = 100;
    private static final int TOKENS_MAX = 1 << 20;
    private static final Pattern LOOPBACK = Pattern.compile("localhost|127(\\.\\d{1,3}){3}|\\[?::1]?");

    private final TextGenerator generator;

    /** @param generator null where none is bound */
    ModelParameters(TextGenerator generator) {
        this.generator = generator;
    }

    static SpecBuilder spec(String name) {
        return new SpecBuilder(name).with(MODEL, TEXT, null)
                .with("api_model", TEXT, null).with("api_or_hf_model", TEXT, null).with("hf_model", TEXT, null)
                .with("api_endpoint", TEXT, null).with("api_url", TEXT, null).with("response_path", TEXT, null)
                .bool("is_hf_model", false).bool("enable_vllm", false).whole("try_num", 3)
                .with("model_params", Parameter.Kind.MAP, null).with("sampling_params", Parameter.Kind.MAP, null);
    }

    /** The model and how it is asked, as the recipe says. */
    Asking asking(Arguments arguments) {
        return new Asking(model(arguments), sampling(arguments), arguments.whole("try_num", 1, TRIES_MAX),
                calledFor(arguments));
    }

    private TextGenerator model(Arguments arguments) {
        TextGenerator served = generator();
        String own = arguments.text(MODEL);
        if (own != null && !own.isEmpty()) {
            return served.named(own).orElseThrow(() -> new IllegalArgumentException("model is '" + own
                    + "', which is not here; there is " + String.join(", ", served.names())));
        }
        String called = calledFor(arguments);
        return called.isEmpty() ? served : served.named(called).orElse(served);
    }

    /** @throws IllegalArgumentException if none is bound */
    TextGenerator generator() {
        if (generator == null) {
            throw new ModelNeededException("needs a language model, and none is bound; remove it, or run the "
                    + "recipe where a model is served");
        }
        return generator;
    }

    static Sampling sampling(Arguments arguments) {
        requireHere("api_endpoint", arguments.text("api_endpoint"));
        requireHere("api_url", arguments.text("api_url"));
        arguments.map("model_params").forEach((key, value) -> {
            if (value instanceof String text && !key.equals("api_key")) {
                requireHere("model_params." + key, text);
            }
        });
        return sampling(arguments.map("sampling_params"));
    }

    /** The name of the model that the recipe gives; empty where it gives none. */
    static String calledFor(Arguments arguments) {
        return MODELS.stream().map(arguments::text).filter(name -> name != null && !name.isEmpty()).findFirst()
                .orElse("");
    }

    private static void requireHere(String parameter, String address) {
        if (address == null || !address.contains("://") && !address.startsWith("//")) {
            return;
        }
        String host;
        try {
            host = URI.create(address.strip()).getHost();
        } catch (IllegalArgumentException e) {
            host = null;
        }
        if (host == null || !LOOPBACK.matcher(host.toLowerCase(Locale.ROOT)).matches()) {
            throw new IllegalArgumentException(parameter + " is '" + address + "', but nothing leaves this machine; "
                    + "leave it out: the served model answers");
        }
    }

    private static Sampling sampling(Map<?, ?> given) {
        Sampling sampling = Sampling.UNSET;
        for (Map.Entry<?, ?> entry : given.entrySet()) {
            String key = "sampling_params." + entry.getKey();
            Object value = entry.getValue();
            if (value != null) {
                sampling = with(sampling, key, String.valueOf(entry.getKey()), value);
            }
        }
        return sampling;
    }

    private static Sampling with(Sampling s, String key, String name, Object value) {
        return switch (name) {
            case "temperature" -> s.withTemperature(number(key, value, 0, 100));
            case "top_p" -> s.withTopP(number(key, value, 1e-9, 1));
            case "top_k" -> new Sampling(s.temperature(), s.topP(), OptionalInt.of(
                    Math.max(0, (int) number(key, value, -1, TOKENS_MAX))), s.presencePenalty(), s.frequencyPenalty(),
                    s.repetitionPenalty(), s.seed(), s.stop(), s.tokensMax());
            case "presence_penalty" -> new Sampling(s.temperature(), s.topP(), s.topK(),
                    OptionalDouble.of(number(key, value, -100, 100)), s.frequencyPenalty(), s.repetitionPenalty(),
                    s.seed(), s.stop(), s.tokensMax());
            case "frequency_penalty" -> new Sampling(s.temperature(), s.topP(), s.topK(), s.presencePenalty(),
                    OptionalDouble.of(number(key, value, -100, 100)), s.repetitionPenalty(), s.seed(), s.stop(),
                    s.tokensMax());
            case "repetition_penalty" -> new Sampling(s.temperature(), s.topP(), s.topK(), s.presencePenalty(),
                    s.frequencyPenalty(), OptionalDouble.of(number(key, value, 1e-3, 100)), s.seed(), s.stop(),
                    s.tokensMax());
            case "seed" -> s.withSeed((long) number(key, value, -0x1p53, 0x1p53));
            case "max_tokens", "max_new_tokens", "max_completion_tokens" ->
                s.withTokensMax((int) number(key, value, 1, TOKENS_MAX));
            case "stop" -> new Sampling(s.temperature(), s.topP(), s.topK(), s.presencePenalty(),
                    s.frequencyPenalty(), s.repetitionPenalty(), s.seed(), texts(key, value), s.tokensMax());
            case "do_sample" -> Boolean.TRUE.equals(value) || s.temperature().isPresent() ? s : s.withTemperature(0);
            case "n", "num_beams", "num_return_sequences" -> only(s, key, value, 1);
            default -> throw new IllegalArgumentException(key + " is not known; expected temperature, top_p, top_k, "
                    + "presence_penalty, frequency_penalty, repetition_penalty, seed, stop or max_tokens");
        };
    }

    private static Sampling only(Sampling sampling, String key, Object value, double expected) {
        if (number(key, value, 0, TOKENS_MAX) != expected) {
            throw new IllegalArgumentException(key + " is " + value + ", expected 1: one answer is made at a time");
        }
        return sampling;
    }

    private static double number(String key, Object value, double min, double max) {
        try {
            double number = value instanceof Number given ? given.doubleValue()
                    : Double.parseDouble(String.valueOf(value).strip());
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(key + " is '" + value + "', expected a number", e);
        }
        throw new IllegalArgumentException(key + " is " + value + ", expected " + min + " to " + max);
    }

    private static List<String> texts(String key, Object value) {
        List<?> items = value instanceof List<?> many ? many : List.of(value);
        List<String> texts = new ArrayList<>();
        for (Object item : items) {
            if (!(item instanceof String text) || text.isEmpty()) {
                throw new IllegalArgumentException(key + " holds '" + item + "', expected texts");
            }
            texts.add(text);
        }
        return texts;
    }
}
