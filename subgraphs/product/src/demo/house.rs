//! What is used in the house and neither eaten nor drunk.

use super::shelf::{Pack, Shelf, counted};

const CHEMICAL: Pack = Pack {
    base: "l",
    purchase: "carton",
    holds: "20",
    recipe: &[],
    ratios: &[],
    keeps_days: 720,
    has_barcode: true,
};

pub(super) const SHELVES: &[Shelf] = &[
    Shelf {
        prefix: "AMEN",
        path: ["Non-food", "Rooms", "Guest amenities"],
        pack: counted("ea", "carton", "400"),
        goods: "Shampoo 30 ml:4.2:แชมพู|Conditioner 30 ml:4.2|Shower gel 30 ml:4.1|Body lotion 30 ml:4.6|Soap 25 \
            g:2.8:สบู่|Dental kit:6.5|Shaving kit:9.5|Shower cap:1.6|Slippers:14:รองเท้าแตะ|Sewing kit:3.2",
    },
    Shelf {
        prefix: "LINE",
        path: ["Non-food", "Rooms", "Linen"],
        pack: counted("ea", "pack", "10"),
        goods: "Bath towel:185:ผ้าเช็ดตัว|Hand towel:68|Face towel:32|Bath mat:120|Bed sheet, king:620:ผ้าปูที่นอน|Duvet cover, \
            king:880|Pillow case:95:ปลอกหมอน|Bathrobe:540:เสื้อคลุม|Table cloth:410|Napkin, cotton:38",
    },
    Shelf {
        prefix: "CLEA",
        path: ["Non-food", "Housekeeping", "Cleaning"],
        pack: CHEMICAL,
        goods: "Floor cleaner:48:น้ำยาถูพื้น|Glass cleaner:62|Toilet cleaner:58:น้ำยาล้างห้องน้ำ|Dishwashing \
            liquid:46:น้ำยาล้างจาน|Dishwasher detergent:95|Rinse aid:110|Bleach:38|Hand soap:72|Laundry detergent:64|Pool \
            chlorine:120",
    },
    Shelf {
        prefix: "PAPE",
        path: ["Non-food", "Housekeeping", "Paper goods"],
        pack: counted("roll", "carton", "24"),
        goods: "Toilet roll, 2-ply:9:กระดาษชำระ|Jumbo roll:48|Kitchen roll:26|Hand towel roll:62|Couch roll:85|Cling film \
            30 cm:165:ฟิล์มห่ออาหาร|Aluminium foil 45 cm:240|Baking paper:190|Bin liner, large:120:ถุงขยะ|Receipt roll:14",
    },
    Shelf {
        prefix: "GLAS",
        path: ["Non-food", "Food service", "Glassware"],
        pack: counted("ea", "box", "24"),
        goods: "Wine glass, red:118:แก้วไวน์|Wine glass, white:108|Champagne flute:112|Highball glass:64|Rocks \
            glass:68|Martini glass:135|Beer mug:92|Shot glass:34|Water goblet:78|Carafe 1 l:185",
    },
    Shelf {
        prefix: "KITC",
        path: ["Non-food", "Food service", "Kitchen smallware"],
        pack: counted("ea", "box", "6"),
        goods: "Chef knife 21 cm:1250:มีดเชฟ|Cutting board:380:เขียง|Mixing bowl 5 l:320|Sauce pan 2 l:780|Frying pan 28 \
            cm:890:กระทะ|Ladle:145:ทัพพี|Tongs:120|Gastronorm pan 1/1:640|Peeler:85|Probe thermometer:560",
    },
    Shelf {
        prefix: "ENGI",
        path: ["Non-food", "Back office", "Engineering"],
        pack: counted("ea", "box", "10"),
        goods: "LED bulb 9 W:62:หลอดไฟ|LED spot GU10:85|Battery AA:14:ถ่าน|Battery 9 V:68|Air filter:340|Cable \
            tie:1.2|Light switch:95|Tap cartridge:260|Shower head:780|Door lock battery pack:120",
    },
    Shelf {
        prefix: "OFFI",
        path: ["Non-food", "Back office", "Office supplies"],
        pack: counted("ea", "box", "12"),
        goods: "Ballpoint pen:9:ปากกา|Marker, black:24|Stapler:145|Folder A4:32|Envelope C5:2.4|Printer \
            toner:2450|Calculator:280|Note pad A5:28|Adhesive tape:18|Scissors:65",
    },
];
