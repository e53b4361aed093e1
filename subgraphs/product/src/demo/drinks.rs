//! What is poured.

use super::shelf::{Shelf, counted, dry, liquid, poured};

const GLASS_WINE: &[(&str, &str, &str)] = &[("bottle", "750", "ml"), ("portion", "150", "ml")];

pub(super) const SHELVES: &[Shelf] = &[
    Shelf {
        prefix: "SOFT",
        path: ["Beverages", "Soft drinks", "Sodas and water"],
        pack: poured("bottle", "24", &[("bottle", "500", "ml")]),
        goods: "Sparkling water 500 ml:18:น้ำแร่โซดา|Still water 500 ml:6:น้ำดื่ม|Cola:14:โคล่า|Cola zero:14|Lemonade:13|Orange \
            soda:13|Energy drink:24|Iced tea, peach:19|Isotonic drink:22|Coconut water:28:น้ำมะพร้าว",
    },
    Shelf {
        prefix: "JUIC",
        path: ["Beverages", "Soft drinks", "Juices"],
        pack: liquid("12", 180),
        goods: "Orange juice:72:น้ำส้ม|Apple juice:68|Pineapple juice:64:น้ำสับปะรด|Mango juice:74:น้ำมะม่วง|Guava \
            juice:70:น้ำฝรั่ง|Tomato juice:78|Cranberry juice:98|Grapefruit juice:92|Lime cordial:110|Passion fruit purée:180",
    },
    Shelf {
        prefix: "MIXR",
        path: ["Beverages", "Soft drinks", "Mixers"],
        pack: poured("can", "24", &[("can", "325", "ml")]),
        goods: "Tonic water:17|Soda water:11:โซดา|Ginger ale:18|Ginger beer:26|Bitter lemon:19|Elderflower \
            tonic:38|Grapefruit soda:30|Mediterranean tonic:39|Cola for bar:16|Yuzu soda:42",
    },
    Shelf {
        prefix: "COFF",
        path: ["Beverages", "Hot drinks", "Coffee and tea"],
        pack: dry("case", "6", 365),
        goods: "Espresso beans:620:เมล็ดกาแฟ|Filter coffee, ground:540|Decaffeinated beans:720|Doi Chaang arabica:680|Green \
            tea, loose:850:ชาเขียว|Thai tea mix:260:ชาไทย|Earl Grey, loose:780|Jasmine tea:640:ชามะลิ|Chamomile \
            tea:920|Cocoa powder:390",
    },
    Shelf {
        prefix: "BEER",
        path: ["Beverages", "Beer and wine", "Beer"],
        pack: poured("bottle", "24", &[("bottle", "330", "ml")]),
        goods: "Lager 330 ml:42:เบียร์ลาเกอร์|Premium lager 330 ml:48|Pilsner 330 ml:52|Wheat beer 330 ml:78|Pale ale 330 \
            ml:85|India pale ale 330 ml:96|Stout 330 ml:92|Light lager 330 ml:40|Alcohol-free lager 330 ml:46|Cider 330 \
            ml:88",
    },
    Shelf {
        prefix: "WRED",
        path: ["Beverages", "Beer and wine", "Red wine"],
        pack: poured("bottle", "12", GLASS_WINE),
        goods: "Cabernet Sauvignon, Chile:480|Merlot, Chile:460|Shiraz, Barossa:720|Malbec, Mendoza:640|Pinot Noir, \
            Marlborough:890|Chianti Classico:760|Rioja Crianza:690|Côtes du Rhône:620|Bordeaux Supérieur:840|Tempranillo:520",
    },
    Shelf {
        prefix: "WWHI",
        path: ["Beverages", "Beer and wine", "White wine"],
        pack: poured("bottle", "12", GLASS_WINE),
        goods: "Sauvignon Blanc, Marlborough:680|Chardonnay, Chile:470|Pinot Grigio, Veneto:540|Riesling, \
            Mosel:790|Chenin Blanc, Cape:510|Chablis:1150|Gewürztraminer:880|Albariño:760|Monsoon Valley Colombard:590|House \
            white:360",
    },
    Shelf {
        prefix: "WSPA",
        path: ["Beverages", "Beer and wine", "Sparkling wine"],
        pack: poured("bottle", "6", GLASS_WINE),
        goods: "Prosecco, extra dry:640|Cava brut:590|Champagne brut:1980|Champagne rosé:2650|Crémant d'Alsace:920|Moscato \
            d'Asti:680|Sparkling rosé, Cape:560|Lambrusco:490|Blanc de blancs:2380|House sparkling:450",
    },
    Shelf {
        prefix: "SPIR",
        path: ["Beverages", "Spirits", "Spirits and liqueurs"],
        pack: poured("bottle", "12", &[("bottle", "700", "ml"), ("portion", "30", "ml")]),
        goods: "Gin, London dry:620:จิน|Vodka:560:วอดก้า|White rum:540:รัม|Dark rum:610|Tequila blanco:780|Bourbon:820|Blended \
            Scotch:890:วิสกี้|Single malt 12 years:1850|Triple sec:520|Campari:690",
    },
    Shelf {
        prefix: "ICEB",
        path: ["Beverages", "Bar supplies", "Bar supplies"],
        pack: counted("ea", "box", "500"),
        goods: "Paper straw:0.9|Cocktail pick:0.6|Bar napkin:0.35|Coaster:1.2|Takeaway cup 12 oz:3.4|Cup lid:1.1|Wooden \
            stirrer:0.3|Sugar sachet:0.5|Creamer pot:2.2|Tea filter bag:0.8",
    },
];
