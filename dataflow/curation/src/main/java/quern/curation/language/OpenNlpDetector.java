package quern.curation.language;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.Character.UnicodeScript;
import java.util.Set;
import opennlp.tools.langdetect.Language;
import opennlp.tools.langdetect.LanguageDetectorME;
import opennlp.tools.langdetect.LanguageDetectorModel;
import quern.curation.LanguageDetector;

/**
 * OpenNLP's language detector with its model of 103 languages, which comes with Quern.
 *
 * <p>The script decides where it can (Han without kana is {@code zh}). Otherwise the model's answers, whose
 * confidences are near each other for short texts, are sharpened to the power of {@value #SHARPNESS} and normalised,
 * so that a score near 1 means "clearly this one" as with fastText; scores are comparable with fastText's, not equal.
 * Of a long text, {@value #SAMPLE_CHARACTERS} characters from three places are looked at. Texts with fewer than
 * {@value #LETTERS_MIN} letters get a score of 0.
 */
public final class OpenNlpDetector implements LanguageDetector {

    private static final String MODEL = "/langdetect-183.bin";
    private static final int SHARPNESS = 12;
    private static final int SAMPLE_CHARACTERS = 1500;
    private static final int LETTERS_MIN = 4;
    /** Languages of the model that are not written in Latin script. */
    private static final Set<String> NOT_LATIN = Set.of("ara", "arb", "bak", "bel", "ben", "bul", "che", "ckb", "cmn",
            "ell", "fas", "guj", "heb", "hin", "hye", "jpn", "kan", "kat", "kaz", "kir", "kor", "mal", "mar", "min",
            "mkd", "mon", "nep", "ori", "pan", "pes", "pnb", "pus", "rus", "san", "sin", "snd", "tam", "tat", "tel",
            "tgk", "tha", "ukr", "urd", "srp", "zho", "mhr", "yid", "div", "khk", "npi", "ory");

    /** Loaded once, when first asked: about 100 MB. */
    private static final class Holder {
        static final LanguageDetectorModel MODEL = load();
    }

    @Override
    public String name() {
        return "opennlp langdetect-183";
    }

    @Override
    public Guess guess(String text) {
        String sample = sample(text);
        Scripts scripts = new Scripts(sample);
        if (scripts.language() != null) {
            return new Guess(scripts.language(), scripts.languageShare());
        }
        boolean latin = scripts.dominant() == UnicodeScript.LATIN;
        String best = "und";
        double most = 0;
        double sum = 0;
        for (Language language : new LanguageDetectorME(Holder.MODEL).predictLanguages(sample)) {
            if (!latin || !NOT_LATIN.contains(language.getLang())) {
                double weight = Math.pow(language.getConfidence(), SHARPNESS);
                sum += weight;
                if (weight > most) {
                    most = weight;
                    best = LanguageCodes.shortest(language.getLang());
                }
            }
        }
        boolean enough = scripts.letterCount() >= LETTERS_MIN && sum > 0;
        return new Guess(best, enough ? most / sum : 0.0);
    }

    private static String sample(String text) {
        if (text.length() <= SAMPLE_CHARACTERS) {
            return text;
        }
        int part = SAMPLE_CHARACTERS / 3;
        int middle = text.length() / 2 - part / 2;
        return text.substring(0, part) + " " + text.substring(middle, middle + part) + " "
                + text.substring(text.length() - part);
    }

    private static LanguageDetectorModel load() {
        try (InputStream in = OpenNlpDetector.class.getResourceAsStream(MODEL)) {
            return new LanguageDetectorModel(in);
        } catch (IOException e) {
            throw new UncheckedIOException("language model " + MODEL, e);
        }
    }
}
