package quern.curation;

/** An operator asks a model, and none is bound where the recipe was compiled. */
public class ModelNeededException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    public ModelNeededException(String message) {
        super(message);
    }
}
