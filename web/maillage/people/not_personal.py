"""Text columns that say nothing of a person: read beside the register of personal data."""

# Text columns that are about a place, a body, a rule or a file: never about a person.
NOT_PERSONAL: dict[str, str] = {
    "agenda.Availability": "modes byday joined_by",
    "agenda.Occurrence": "modes commune",
    "agenda.Room": "name",
    "agenda.WaitingEntry": "communes modes",
    "directory.LinkCheck": "url reason",
    "directory.Location": "name address postcode access outside_id",
    "directory.MergeProposal": "reasons",
    "directory.Schedule": "byday note",
    "directory.ScheduleException": "note",
    "directory.Service": (
        "name name_en description description_en topics audiences modes cost_note languages"
        " accommodations website alert source outside_id"
    ),
    "directory.ServiceArea": "code",
    "directory.ServiceAtLocation": "note",
    "directory.UnmetNeed": "need",
    "fees.Band": "bound_name",
    "fees.Schedule": "name parameter",
    "organizations.Criterion": "question",
    "practitioners.Training": "title skill",
    "practitioners.TrainingSession": "place",
    "organizations.Organization": "name description siret website outside_id",
    "pooling.CostEntry": "label",
    "pooling.PoolingAgreement": "title organizations",
    "pooling.Vehicle": "name",
    "steering.FrozenResult": "key packed",
    "steering.KeptDiagnosis": "title note packed data_hash code_version",
    "steering.KeptScenario": "title aim reason packed data_hash code_version",
    "steering.KeptTour": "packed data_hash code_version",
    "steering.TargetReading": "data_hash code_version",
    "support.Programme": "key name source",
    "support.ProgrammeTerms": "charter quota_source reason",
    "territory.Authority": "code name",
    "territory.Commune": (
        "code name article search_name town_hall_address town_hall_phone town_hall_hours outline"
        " children_source"
    ),
    "territory.Dataset": "key title producer licence vintage sha256 notes",
    "territory.Departement": "code name region",
    "territory.Epci": "siren name kind",
    "territory.Observation": "area measure",
    "territory.Postcode": "code",
    "territory.SearchKey": "key label",
    "territory.Zoning": "code generation name status figures",
}
