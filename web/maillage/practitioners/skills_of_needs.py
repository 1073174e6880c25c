"""Which skill answers a need that families search for (R32).

Other needs ask for none: doubting, being worn out, quarrels over screens are what everyone who
receives families listens to.
"""

from maillage.practitioners.models import Skill

SKILLS_OF_NEEDS = {
    Skill.BABY: ("pregnancy", "birth_return_home", "feeding_weaning", "crying"),
    Skill.CHILD_PSYCHOLOGY: (
        "sleep", "tantrums", "language_development", "starting_school", "school_refusal",
        "bullying",
    ),
    Skill.TEENAGERS: ("teenager_dialogue", "teenager_unwell", "addictions", "leaving_home"),
    Skill.FAMILY_DYNAMICS: (
        "couple_conflict", "stepfamily", "fatherhood", "single_parent", "grandparents",
        "relative_in_prison",
    ),
    Skill.SEPARATION: ("separation", "visiting_rights"),
    Skill.DISABILITY: ("childcare_disability", "disability_everyday"),
    Skill.GRIEF: ("grief",),
    Skill.SPECIAL_EDUCATION: ("homework",),
}  # fmt: skip
SKILL_OF = {need: skill for skill, needs in SKILLS_OF_NEEDS.items() for need in needs}
