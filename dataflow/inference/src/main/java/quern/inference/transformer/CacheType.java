package quern.inference.transformer;

import java.util.Locale;
import quern.config.KvConfig;
import quern.config.QuernException;
import quern.gpu.kernel.KvLayout;
import quern.gpu.tensor.ElementType;

/** Which stored type the configuration's word for keys and values means, and whether a model can have it. */
public final class CacheType {

    private CacheType() {}

    public static ElementType of(KvConfig.ElementType configured) {
        return switch (configured) {
            case F16 -> ElementType.F16;
            case F32 -> ElementType.F32;
            case Q8_0 -> ElementType.Q8_0;
        };
    }

    /**
     * How a model's keys and values lie in a block.
     *
     * @throws QuernException if its heads do not fit the type
     */
    public static KvLayout layout(ModelShape shape, KvConfig config) {
        ElementType type = of(config.type());
        if (shape.headSize() % type.blockElements() != 0) {
            throw new QuernException(QuernException.Category.ERROR, "kv.type = "
                    + type.name().toLowerCase(Locale.ROOT) + ": heads of " + shape.headSize()
                    + " elements, expected a multiple of "
                    + type.blockElements()
                    + "; f16 takes any");
        }
        return new KvLayout(shape.layers(), shape.kvHeads(), shape.headSize(), config.blockTokens(), type);
    }
}
