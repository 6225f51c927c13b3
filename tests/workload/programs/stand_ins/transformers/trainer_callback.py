class TrainerCallback:
    def _nothing(self, args, state, control, **kwargs):
        pass

    on_epoch_begin = on_epoch_end = on_log = on_evaluate = on_save = on_train_end = _nothing
