package quern.appliance.demo;

import java.util.List;

/** Pages in German and French, which the recipe's language filter is expected to drop. */
final class ForeignPages {

    private static final List<String> GERMAN = List.of(
            "Bitte lesen Sie diese Seite in Ruhe, bevor Sie das Gerät zum ersten Mal aufstellen.",
            "Die Teile werden in unserer Werkstatt von Hand geprüft und danach sorgfältig verpackt.",
            "Wenn etwas fehlt, schreiben Sie uns, und wir schicken das fehlende Teil noch in derselben Woche.",
            "Im Winter sollte der Mast nicht im tiefen Schnee stehen, weil sonst der Wind falsch gemessen wird.",
            "Unsere Kundinnen und Kunden berichten, dass die Anzeige auch im Dunkeln gut zu lesen ist.",
            "Reinigen Sie alle Flächen nur mit klarem Wasser und einem weichen Tuch.");

    private static final List<String> FRENCH = List.of(
            "Veuillez lire cette page avec attention avant de monter l'appareil dans votre jardin.",
            "Toutes les pièces sont contrôlées à la main dans notre atelier puis emballées avec soin.",
            "Si une pièce manque, écrivez-nous et nous vous l'enverrons pendant la même semaine.",
            "En hiver, le mât ne doit pas rester dans la neige profonde, sinon le vent est mal mesuré.",
            "Nos clients racontent que l'écran se lit très bien, même pendant la nuit.",
            "Nettoyez les surfaces seulement avec de l'eau claire et un chiffon doux.");

    private ForeignPages() {}

    static String german(String name, int number) {
        return page("de", name, GERMAN, number, "Wir verwenden Cookies. Alle Rechte vorbehalten.");
    }

    static String french(String name, int number) {
        return page("fr", name, FRENCH, number, "Nous utilisons des cookies. Tous droits réservés.");
    }

    private static String page(String language, String name, List<String> sentences, int number, String footer) {
        StringBuilder out = new StringBuilder("<!doctype html>\n<html lang=\"" + language + "\"><body><main><h1>" + name
                + "</h1>\n<p>");
        for (int i = 0; i < 4; i++) {
            out.append(sentences.get((number + i * (1 + number % 5)) % sentences.size())).append(' ');
        }
        return out.append("</p></main><footer>").append(footer).append("</footer></body></html>\n").toString();
    }
}
