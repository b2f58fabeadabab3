//! The sections of `/proc/mdstat`: a line that names the array and its disks, a line of sizes, a line of progress.

/// The states that a family row stands for.
pub(super) const STATES: [&str; 5] = ["active", "check", "inactive", "recovering", "resync"];

/// An array.
#[derive(Debug, PartialEq)]
pub(super) struct Array {
    pub(super) name: String,
    /// One of [`STATES`].
    pub(super) state: &'static str,
    pub(super) active: f64,
    pub(super) required: f64,
    pub(super) failed: f64,
    pub(super) spare: f64,
    pub(super) blocks: f64,
    pub(super) synced: f64,
}

/// The arrays of an `mdstat`.
pub(super) fn read(text: &str) -> Vec<Array> {
    let mut arrays: Vec<Array> = Vec::new();
    for line in text.lines() {
        if let Some((name, rest)) = line.split_once(" : ")
            && !line.starts_with([' ', '\t'])
            && name.trim() != "Personalities"
        {
            arrays.push(array(name.trim(), rest));
        } else if let Some(array) = arrays.last_mut() {
            detail(array, line.trim());
        }
    }
    arrays
}

/// `active raid1 sdb2[2](F) sda2[0]`
fn array(name: &str, rest: &str) -> Array {
    let disks = || rest.split(' ').filter(|word| word.contains('['));
    let marked = |mark: &str| disks().filter(|disk| disk.ends_with(mark)).count() as f64;
    let (failed, spare) = (marked("(F)"), marked("(S)"));
    // Arrays without redundancy have no count of their own: all that is there is needed.
    let active = disks().count() as f64 - failed - spare;
    Array {
        name: name.to_owned(),
        state: if rest.starts_with("active") {
            "active"
        } else {
            "inactive"
        },
        active,
        required: active,
        failed,
        spare,
        blocks: 0.0,
        synced: 0.0,
    }
}

/// A line below: sizes (`248896 blocks [2/1] [U_]`) or progress (`… recovery =  8.5% (16775552/195310144) …`).
fn detail(array: &mut Array, line: &str) {
    if let Some((blocks, rest)) = line.split_once(" blocks")
        && let Ok(blocks) = blocks.parse::<f64>()
    {
        (array.blocks, array.synced) = (blocks, blocks);
        let counts = rest
            .split('[')
            .find_map(|part| part.split_once(']')?.0.split_once('/'));
        if let Some((required, active)) = counts
            && let (Ok(required), Ok(active)) = (required.parse(), active.parse())
        {
            (array.required, array.active) = (required, active);
        }
    }
    for (word, state) in [
        ("recovery", "recovering"),
        ("reshape", "recovering"),
        ("resync", "resync"),
        ("check", "check"),
    ] {
        if !line.contains(word) {
            continue;
        }
        // An array that only waits for its turn says `resync=DELAYED` or `resync=PENDING`.
        let synced = line
            .split_once('(')
            .and_then(|(_, rest)| rest.split_once('/')?.0.parse().ok());
        match synced {
            Some(synced) if line.contains('%') => {
                array.state = state;
                array.synced = synced;
            }
            _ if line.contains("DELAYED") || line.contains("PENDING") => {
                array.state = state;
                array.synced = 0.0;
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Personalities : [raid1] [raid6]\n\
md127 : active raid1 sdi2[0] sdj2[1]\n      312319552 blocks [2/2] [UU]\n\n\
md0 : active (auto-read-only) raid1 sdb1[2](F) sda1[0] sdc1[3](S)\n      248896 blocks [2/1] [U_]\n      bitmap: 0/1 pages\n\n\
md6 : active raid1 sdb2[2] sda2[0]\n      195310144 blocks [2/1] [U_]\n      [=>...]  recovery =  8.5% (16775552/195310144) finish=17.0min speed=259783K/sec\n\n\
md8 : active raid1 sdb1[1] sda1[0]\n      195310144 blocks [2/2] [UU]\n        resync=DELAYED\n\n\
md9 : inactive sdb[0](S)\n      7813737472 blocks super 1.2\n\n\
md3 : active raid0 sda1[0] sdb1[1]\n      7813735424 blocks super 1.2 512k chunks\n\n\
unused devices: <none>\n";

    #[test]
    fn every_state_of_an_array_is_told() {
        let told: Vec<_> = read(TEXT)
            .into_iter()
            .map(|a| {
                (
                    a.name,
                    a.state,
                    [a.active, a.required, a.failed, a.spare],
                    a.blocks,
                    a.synced,
                )
            })
            .collect();
        let expected = [
            (
                "md127",
                "active",
                [2.0, 2.0, 0.0, 0.0],
                312_319_552.0,
                312_319_552.0,
            ),
            ("md0", "active", [1.0, 2.0, 1.0, 1.0], 248_896.0, 248_896.0),
            (
                "md6",
                "recovering",
                [1.0, 2.0, 0.0, 0.0],
                195_310_144.0,
                16_775_552.0,
            ),
            ("md8", "resync", [2.0, 2.0, 0.0, 0.0], 195_310_144.0, 0.0),
            (
                "md9",
                "inactive",
                [0.0, 0.0, 0.0, 1.0],
                7_813_737_472.0,
                7_813_737_472.0,
            ),
            (
                "md3",
                "active",
                [2.0, 2.0, 0.0, 0.0],
                7_813_735_424.0,
                7_813_735_424.0,
            ),
        ];
        for (told, expected) in told.iter().zip(expected) {
            assert_eq!((told.0.as_str(), told.1, told.2, told.3, told.4), expected);
        }
        assert_eq!(told.len(), expected.len());
    }
}
