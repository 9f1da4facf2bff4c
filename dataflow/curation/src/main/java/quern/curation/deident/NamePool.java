package quern.curation.deident;

/** Names for people and places that do not exist, made so that real ones are seldom among them. */
final class NamePool {

    private static final String[] WOMEN = ("Adelheid Albertina Alexia Althea Amabel Amaryllis Aniela Annabeth Araminta "
            + "Arabella Ariadne Aurelie Avelina Beatrix Berenice Blythe Briony Calista Calliope Candida Cecily "
            + "Celestine "
            + "Clementine Clio Clotilde Cordelia Cosima Cressida Damaris Delphine Demelza Dorothee Drusilla Edwina "
            + "Elspeth "
            + "Emmeline Ermengard Esme Eudora Euphemia Evadne Fenella Fidelia Finola Flavia Friederike Georgiana "
            + "Ginevra "
            + "Griselda Guinevere Henrike Hermia Hermione Hippolyta Honoria Hyacinth Ianthe Ileana Imelda Isadora "
            + "Isolde "
            + "Jacinda Jessamine Kunigunde Lavinia Leocadia Leonie Leopoldine Linnea Lorelei Lucasta Ludmila Lysandra "
            + "Mafalda Melisande Melusine Mirabel Morwenna Nerissa Octavia Odile Ottilie Perdita Perpetua Petronella "
            + "Philippa Philomena Portia Primrose Rosamund Rowan Saskia Seraphina Sidonie Sunniva Tamsin Thekla "
            + "Theodora "
            + "Thomasina Titania Ulrike Valeska Venetia Verity Viveca Walburga Wilhelmina Winifred Xanthe Ysolde "
            + "Zenobia").split(" ");
    private static final String[] MEN = ("Abelard Adalbert Alaric Albrecht Algernon Aloysius Ambrose Anselm Archibald "
            + "Aubrey Auberon Augustin Balthasar Barnaby Bartholomew Basil Benedikt Bertram Boniface Caspian Cedric "
            + "Chauncey Clement Conrad Corbinian Crispin Cuthbert Cyprian Darius Diggory Dietmar Dunstan Eberhard "
            + "Egbert "
            + "Eginhard Emeric Engelbert Erasmus Ethelbert Eustace Evander Everard Fabian Faramond Ferdinand Fergus "
            + "Fitzroy Florian Frideswin Fridolin Gawain Gebhard Gereon Gideon Giles Godfrey Gottfried Gregor Guntram "
            + "Hadrian Hartmut Heribert Hilarion Horatio Ignatius Isidor Jasper Jocelin Joachim Kilian Konstantin "
            + "Lambert Lancelot Lazarus Leander Leopold Linus Lothar Ludovic Lysander Magnus Malachy Manfred Marius "
            + "Maximin Meinrad Merlin Mortimer Norbert Octavian Orlando Osbert Oswin Ottokar Parzival Peregrine "
            + "Phileas "
            + "Quentin Reinhold Rupert Sebald Septimus Sigismund Silvanus Thaddeus Theobald Tiberius Tristram Ulrich "
            + "Valerian Vitus Walram Wendelin Wilfred Willibald Zacharias").split(" ");
    private static final String[] STEMS = ("Ald Ash Bar Beck Black Bram Brack Broad Bur Cald Car Chal Clay Cliff Cob "
            + "Cold "
            + "Cor Cran Crow Dar Den Dray Dun East Eld Elm Fair Far Fen Fern Gar Glen Gold Gran Green Had Hal Har Hart "
            + "Hay Haz Heath Hol Horn Ives Kel Ken Kirk Lang Lark Lin Lock Long Mal Mar Mer Mid Mill Moor Nor North "
            + "Oak "
            + "Old Pem Quill Rad Raven Red Rock Rush Sand Sel Sher Stan Stone Strat Sum Swan Tar Thorn Til Tren Vin "
            + "Wake "
            + "Wal War Web Wel West Whit Win Wol Wren Yar").split(" ");
    private static final String[] SURNAME_ENDS = ("acre ament anger arden away bach bank beck berry bloom bourne brand "
            + "brook brow burn cott crest croft dale den dine feld fell ford gate gell gren hart herst holt horn lake "
            + "land "
            + "leigh ling lock lund man mann mark mere mont more mund nell nor over quist rick ridge rode scott shaw "
            + "side "
            + "smith son stead stein stern stock strand sworth thal tree vale vane wald ward warth weaver well wick "
            + "win "
            + "wright yard").split(" ");
    private static final String[] PLACE_ENDS = ("acres bay borough bourg bridge burgh bury by castle chapel chester "
            + "church "
            + "combe cove cross dorf field glen grove hafen ham haven heim hill hithe holm hurst keep kirch leigh "
            + "market "
            + "marsh mead minster mouth park pool port ridge rode sea stadt stoke thorpe ton valley view ville water "
            + "wick "
            + "worth").split(" ");

    private NamePool() {}

    static String first(KeyedChoice choice, boolean female) {
        return choice.nextOf(female ? WOMEN : MEN);
    }

    static String last(KeyedChoice choice) {
        return choice.nextOf(STEMS) + choice.nextOf(SURNAME_ENDS);
    }

    static String place(KeyedChoice choice) {
        return choice.nextOf(STEMS) + choice.nextOf(PLACE_ENDS);
    }
}
