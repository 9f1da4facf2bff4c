package quern.actors.models;

import java.nio.file.Path;
import java.util.regex.Pattern;
import quern.inference.EmbeddedModel;

/** What an imported model may be called: a name that is never a path and needs no quoting anywhere. */
public final class ModelName {

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");
    private static final int SHOWN_CHARS_MAX = 60;

    private ModelName() {}

    public static boolean isPlain(String name) {
        return PLAIN.matcher(name).matches() && !name.contains("..");
    }

    /** @throws ModelRefused if it is none */
    public static String checked(String name) {
        if (!isPlain(name)) {
            throw new ModelRefused(ModelRefused.Reason.INVALID, "model name '" + shown(name)
                    + "', expected 1 to 100 letters, digits, '.', '_' and '-', no '..', the first a letter or digit");
        }
        if (name.equals(EmbeddedModel.NAME)) {
            throw new ModelRefused(ModelRefused.Reason.INVALID,
                    "model name '" + name + "' is that of the embedded model; give another with --name");
        }
        return name;
    }

    /** The name a model has when none is given: its file's or directory's, without {@code .gguf}. */
    public static String of(Path model) {
        Path last = model.toAbsolutePath().normalize().getFileName();
        String name = last == null ? "" : last.toString();
        return checked(name.endsWith(".gguf") ? name.substring(0, name.length() - ".gguf".length()) : name);
    }

    private static String shown(String name) {
        return name.substring(0, Math.min(name.length(), SHOWN_CHARS_MAX));
    }
}
